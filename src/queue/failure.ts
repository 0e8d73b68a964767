import { inspect } from 'node:util';
import { ValidationError } from '../errors.ts';
import type { EngineSettlement } from './engine.ts';
import type { DeadLetter, DeadReason, FailureInfo, Lease, LeaseOutcome } from './types.ts';
import { checkDelay } from './validate.ts';

/** Error of an attempt whose lease lapsed: its holder crashed, hung, or lost the backend. */
export const LEASE_EXPIRED: FailureInfo = { type: 'lease_expired', message: 'the lease expired' };

/** Error of a message whose time passed before it was started. */
export const MESSAGE_EXPIRED: FailureInfo = {
  type: 'expired',
  message: 'the message expired before it was started',
};

/** Longest texts of an error that are kept, in characters. */
const TEXT_MAX = 8_192;

/** The error as JSON, with texts of bounded length. */
export function encodeFailure(error: FailureInfo): string {
  const { type, message, stack } = error;
  return JSON.stringify({
    type: clip(type, 256),
    message: clip(message, TEXT_MAX),
    ...(stack !== undefined && { stack: clip(stack, TEXT_MAX) }),
  });
}

/** What an engine is told of an outcome; one that is not known counts as a failed attempt. */
export function toSettlement(lease: Lease, outcome: LeaseOutcome): EngineSettlement {
  const { queue, id, token } = lease;
  const settle = (kind: EngineSettlement['kind'], delayMs = 0, error = ''): EngineSettlement => ({
    queue,
    id,
    token,
    kind,
    delayMs: checkDelay('delayMs', delayMs),
    error,
  });
  switch (outcome?.kind) {
    case 'done':
      return settle('done');
    case 'release':
      return settle('back');
    case 'snooze':
      return settle('back', outcome.delayMs);
    case 'dead':
      return settle('dead', 0, encodeFailure(outcome.error));
    case 'retry':
      return settle('retry', outcome.delayMs, encodeFailure(outcome.error ?? UNEXPLAINED));
    default:
      return settle('retry', 0, encodeFailure(unknownOutcome(outcome)));
  }
}

const UNEXPLAINED: FailureInfo = { type: 'failed', message: 'the attempt failed' };

function unknownOutcome(outcome: never): FailureInfo {
  return {
    type: 'unknown_outcome',
    message: `the worker answered ${clip(inspect(outcome, { breakLength: Number.POSITIVE_INFINITY }), 200)}`,
  };
}

/** Why a message is dead, as its letter tells. */
export function deadReasonOf(letter: Pick<DeadLetter, 'error' | 'attempts' | 'message'>): DeadReason {
  const { type } = letter.error;
  if (type === 'expired' || type === 'unknown_type' || type === 'invalid') return type;
  return letter.attempts > letter.message.maxRetries ? 'max_retries' : 'failed';
}

/** @throws ValidationError unless the lease is one that a manager may have given out */
export function checkLease(lease: Lease): void {
  if (
    typeof lease?.queue !== 'string' ||
    typeof lease.id !== 'string' ||
    !Number.isSafeInteger(lease.token)
  ) {
    throw new ValidationError('lease', 'must be one that a queue gave out');
  }
}

function clip(text: unknown, max: number): string {
  return String(text).slice(0, max).toWellFormed();
}
