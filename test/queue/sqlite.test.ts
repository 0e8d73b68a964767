import { afterAll } from 'vitest';
import { describeQueueContract } from './conformance/contract.ts';
import { describeModel } from './conformance/model.ts';
import { sqliteHarness } from './conformance/sqlite-harness.ts';

const harness = sqliteHarness();
afterAll(() => harness.close());
describeQueueContract(harness);
describeModel(harness);
