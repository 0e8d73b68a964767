import { describe } from 'vitest';
import { describeCoalescing } from './coalescing.ts';
import { describeDeadLetters } from './dead-letters.ts';
import { describeExpiry } from './expiry.ts';
import { describeGroups } from './groups.ts';
import type { QueueHarness } from './harness.ts';
import { describeLapsing } from './lapsing.ts';
import { describeLeases } from './leases.ts';
import { describeLimits } from './limits.ts';
import { describeOrdering } from './ordering.ts';
import { describePausing } from './pausing.ts';
import { describeValidation } from './validation.ts';
import { describeWaiting } from './waiting.ts';

/** All subjects of the contract of `QueueManager`, held against one kind of queue. */
export function describeQueueContract(harness: QueueHarness): void {
  describe(`${harness.name} queue`, () => {
    describeOrdering(harness);
    describeValidation(harness);
    describeCoalescing(harness);
    describeGroups(harness);
    describeLeases(harness);
    describeLapsing(harness);
    describeExpiry(harness);
    describeDeadLetters(harness);
    describeLimits(harness);
    describePausing(harness);
    describeWaiting(harness);
  });
}
