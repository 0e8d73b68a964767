import { PermanentError, TransientError, toError } from '../errors.ts';
import { AbortReason } from './context.ts';
import { isNeverRetried } from './never-retried.ts';
import { dead, done, type Outcome, retry, snooze } from './outcome.ts';

/**
 * What a thrown value means for its message, in one place: a transient failure of the other side snoozes (for as
 * long as it asked, if that is over 0 and has an end, else for `transientDelayMs`), a permanent one, invalid input and programming errors are dead,
 * anything else is retried by policy.
 */
export function outcomeOfError(thrown: unknown, transientDelayMs: () => number): Outcome {
  const error = toError(thrown);
  if (error instanceof TransientError) {
    const { retryAfterMs: asked = 0 } = error;
    // At once would be tried in a circle: a snooze burns no attempt.
    const delayMs = Number.isFinite(asked) && asked > 0 ? asked : transientDelayMs();
    return snooze(delayMs, error.message);
  }
  if (!isNeverRetried(error)) return retry(error);
  const named = error instanceof PermanentError || 'code' in error;
  return dead(named ? error.message : `${error.name}: ${error.message}`, error);
}

/** What it means that a handler threw, or went on for too long, after its signal had aborted. */
export function outcomeOfAbort({ code }: AbortReason, thrown?: unknown): Outcome {
  if (code === 'cancelled') return dead('cancelled', new PermanentError('cancelled', 'cancelled'));
  const error = new AbortReason(code, 'the handler took too long');
  if (thrown !== undefined) error.cause = thrown;
  return retry(error);
}

/**
 * What a handler returned, as an outcome: `true` is done, `false` is a retry. Anything that is no outcome is a
 * failure, never a success.
 */
export function outcomeOfResult(result: unknown): Outcome {
  if (result === true) return done;
  if (result === false) return retry(new Error('the handler answered false'));
  if (isOutcome(result)) return result;
  return retry(new Error(`the handler answered no outcome, but ${result === null ? 'null' : typeof result}`));
}

function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const outcome = value as { kind: unknown; delayMs?: unknown; reason?: unknown; error?: unknown };
  if (outcome.error !== undefined && !(outcome.error instanceof Error)) return false;
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
  return Number.isFinite(value) && (value as number) >= 0;
}
