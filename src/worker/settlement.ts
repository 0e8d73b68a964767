import { CheckmendError } from '../errors.ts';
import type { FailureInfo, LeaseOutcome } from '../queue/types.ts';
import type { Outcome } from './outcome.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** An error as the queue keeps it with the message. */
export function failureInfo(error: Error): FailureInfo {
  return {
    type: error instanceof CheckmendError ? error.code : error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack.slice(0, 8000) }),
  };
}

/** What the queue is told about an outcome. @param attempt number of the attempt that ended, 1 for the first */
export function leaseOutcomeOf(outcome: Outcome, attempt: number, policy: RetryPolicy): LeaseOutcome {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done' };
    case 'snooze':
      return { kind: 'snooze', delayMs: outcome.delayMs };
    case 'dead':
      return {
        kind: 'dead',
        error: {
          ...(outcome.error ? failureInfo(outcome.error) : { type: 'dead' }),
          message: outcome.reason,
        },
      };
    case 'retry':
      return {
        kind: 'retry',
        delayMs: outcome.delayMs ?? policy.delayMs(attempt, outcome.error),
        ...(outcome.error && { error: failureInfo(outcome.error) }),
      };
    default: {
      const unknown: never = outcome;
      throw new TypeError(`no outcome: ${String(unknown)}`);
    }
  }
}
