import { CheckmendError, toError } from '../errors.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { FailureInfo, LeaseOutcome } from '../queue/types.ts';
import { AbortReason } from './context.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { Outcome } from './outcome.ts';

/** Longest delay that a worker asks a queue for: 30 days in milliseconds. */
const DELAY_MAX_MS = 30 * 24 * 60 * 60 * 1000;

/** Delay where a policy answers none that can be used, in milliseconds. */
const DELAY_FALLBACK_MS = 60_000;

/**
 * What the queue is told, and what that means for the message: `dropped` is dead in a worker without dead letters.
 * `error` is why it was not done.
 */
export type Verdict =
  | { readonly fate: 'done' | 'snoozed'; readonly lease: LeaseOutcome }
  | { readonly fate: 'retried'; readonly lease: RetryOutcome; readonly error: FailureInfo }
  | { readonly fate: 'dead' | 'dropped'; readonly lease: LeaseOutcome; readonly error: FailureInfo };
type RetryOutcome = Required<Extract<LeaseOutcome, { kind: 'retry' }>>;

/** An error as the queue keeps it with the message. */
export function failureInfo(error: Error): FailureInfo {
  const coded = error instanceof CheckmendError || error instanceof AbortReason;
  return {
    type: coded ? error.code : error.name,
    message: error.message,
    ...(typeof error.stack === 'string' && { stack: error.stack.slice(0, 8000) }),
  };
}

type Policies = Pick<ResolvedWorkerOptions, 'retryPolicy' | 'deadLetters' | 'logger'>;

const UNREADABLE: FailureInfo = { type: 'unreadable_outcome', message: 'the outcome could not be read' };

/** What becomes of a message by an outcome. @param attempt number of the attempt that ended, 1 for the first */
export function verdictOf(
  outcome: Outcome,
  message: Pick<WorkerMessage, 'maxRetries'>,
  attempt: number,
  policies: Policies,
): Verdict {
  try {
    return judge(outcome, message, attempt, policies);
  } catch (thrown) {
    // Errors are other people's objects: one that throws when it is read costs this attempt, and not the worker.
    policies.logger.error({ err: toError(thrown) }, UNREADABLE.message);
    const lease: RetryOutcome = { kind: 'retry', delayMs: DELAY_FALLBACK_MS, error: UNREADABLE };
    return { lease, fate: 'retried', error: UNREADABLE };
  }
}

function judge(
  outcome: Outcome,
  { maxRetries }: Pick<WorkerMessage, 'maxRetries'>,
  attempt: number,
  policies: Policies,
): Verdict {
  switch (outcome.kind) {
    case 'done':
      return { lease: { kind: 'done' }, fate: 'done' };
    case 'snooze':
      return { lease: { kind: 'snooze', delayMs: usable(outcome.delayMs) }, fate: 'snoozed' };
    case 'dead': {
      const known = outcome.error ? failureInfo(outcome.error) : { type: 'dead' };
      return ended({ ...known, message: outcome.reason }, policies);
    }
    case 'retry': {
      const error = outcome.error && failureInfo(outcome.error);
      const failure = error ?? { type: 'failed', message: 'the attempt failed' };
      if (!isAllowed(attempt, outcome.error, policies)) return ended(failure, policies);
      if (attempt > maxRetries) return exhausted(failure, policies);
      const delayMs = usable(outcome.delayMs ?? delayOf(attempt, outcome.error, policies));
      return { lease: { kind: 'retry', delayMs, error: failure }, fate: 'retried', error: failure };
    }
  }
}

function ended(error: FailureInfo, { deadLetters }: Policies): Verdict {
  if (!deadLetters) return { lease: { kind: 'done' }, fate: 'dropped', error };
  return { lease: { kind: 'dead', error }, fate: 'dead', error };
}

/** The queue itself makes a dead letter of a message that has used up its retries. */
function exhausted(error: FailureInfo, policies: Policies): Verdict {
  if (!policies.deadLetters) return ended(error, policies);
  return { lease: { kind: 'retry', delayMs: 0, error }, fate: 'dead', error };
}

/** A policy is other people's code: one that fails must neither lose the message nor stop the worker. */
function isAllowed(attempt: number, error: Error | undefined, { retryPolicy, logger }: Policies): boolean {
  try {
    return retryPolicy.shouldRetry?.(attempt, error) ?? true;
  } catch (thrown) {
    logger.error({ err: toError(thrown) }, 'the retry policy failed');
    return true;
  }
}

function delayOf(attempt: number, error: Error | undefined, { retryPolicy, logger }: Policies): number {
  try {
    return retryPolicy.delayMs(attempt, error);
  } catch (thrown) {
    logger.error({ err: toError(thrown) }, 'the retry policy failed');
    return DELAY_FALLBACK_MS;
  }
}

function usable(delayMs: number): number {
  if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) return DELAY_FALLBACK_MS;
  return Math.min(DELAY_MAX_MS, Math.max(0, Math.ceil(delayMs)));
}
