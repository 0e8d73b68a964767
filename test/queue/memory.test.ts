import { describeQueueContract } from './conformance/contract.ts';
import { memoryHarness } from './conformance/memory-harness.ts';

describeQueueContract(memoryHarness);
