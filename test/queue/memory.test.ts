import { describeQueueContract } from './conformance/contract.ts';
import { memoryHarness } from './conformance/memory-harness.ts';
import { describeModel } from './conformance/model.ts';

describeQueueContract(memoryHarness);
describeModel(memoryHarness, { runs: 300 });
