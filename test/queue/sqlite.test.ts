import { describeQueueContract } from './conformance/contract.ts';
import { sqliteHarness } from './conformance/sqlite-harness.ts';

describeQueueContract(sqliteHarness);
