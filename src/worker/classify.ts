import { PermanentError, TransientError, toError, ValidationError } from '../errors.ts';
import { dead, type Outcome, retry, snooze } from './outcome.ts';

/** Mistakes in the program itself: trying again runs into them again. */
const PROGRAMMING_ERRORS = [TypeError, ReferenceError, SyntaxError, RangeError];

/**
 * What a thrown value means for its message, in one place: a transient failure of the other side snoozes (for as
 * long as it asked, else for `transientDelayMs`), a permanent one, invalid input and programming errors are dead,
 * anything else is retried by policy.
 */
export function outcomeOfError(thrown: unknown, transientDelayMs: () => number): Outcome {
  const error = toError(thrown);
  if (error instanceof TransientError) return snooze(error.retryAfterMs ?? transientDelayMs(), error.message);
  if (error instanceof PermanentError || error instanceof ValidationError) return dead(error.message, error);
  if (PROGRAMMING_ERRORS.some((type) => error instanceof type))
    return dead(`${error.name}: ${error.message}`, error);
  return retry(error);
}

/**
 * What a handler returned, as an outcome: `true` is done, `false` is a retry. Anything that is no outcome is a
 * failure, never a success.
 */
export function outcomeOfResult(result: unknown): Outcome {
  if (result === true) return { kind: 'done' };
  if (result === false) return retry(new Error('the handler answered false'));
  if (isOutcome(result)) return result;
  return retry(new Error(`the handler answered no outcome, but ${result === null ? 'null' : typeof result}`));
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const outcome = value as { kind: unknown; delayMs?: unknown; reason?: unknown };
  switch (outcome.kind) {
    case 'done':
      return true;
    case 'retry':
      return outcome.delayMs === undefined || isDelay(outcome.delayMs);
    case 'snooze':
      return isDelay(outcome.delayMs);
    case 'dead':
      return typeof outcome.reason === 'string';
    default:
      return false;
  }
}

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
