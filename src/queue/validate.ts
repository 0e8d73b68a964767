import { ValidationError } from '../errors.ts';
import type { ExchangeRequest } from './types.ts';

/** Longest name of a queue, in characters. */
const QUEUE_NAME_MAX = 128;

/** Longest delay: a year, in milliseconds. */
const DELAY_MAX_MS = 365 * 24 * 60 * 60 * 1000;

/** Most messages of one exchange. */
const WANT_MAX = 256;

/** Longest wait of one exchange, in milliseconds. */
const WAIT_MAX_MS = 60_000;

/** Most messages of one chunk of `sendMessages`, and most dead letters of one call. */
export const SEND_CHUNK = 200;
export const LETTERS_MAX = 100;

/** @throws ValidationError unless `queue` is a name of 1..128 characters */
export function checkQueueName(queue: string): void {
  checkText('queue', queue, QUEUE_NAME_MAX);
}

/** @throws ValidationError unless `value` is well-formed text of 1..`max` characters */
export function checkText(path: string, value: string, max: number): void {
  if (typeof value !== 'string' || value.length < 1 || value.length > max) {
    throw new ValidationError(path, `must be text of 1 to ${max} characters`);
  }
  // A lone surrogate would be stored as another character, and the message never be found again.
  if (!value.isWellFormed()) throw new ValidationError(path, 'must be well-formed Unicode');
}

/** @throws ValidationError unless `delayMs` is 0..{@link DELAY_MAX_MS}. Answers it in whole milliseconds. */
export function checkDelay(path: string, delayMs: number): number {
  if (!(delayMs >= 0 && delayMs <= DELAY_MAX_MS)) {
    throw new ValidationError(path, `must be 0 to ${DELAY_MAX_MS} milliseconds, not ${delayMs}`);
  }
  return Math.ceil(delayMs);
}

/** @throws ValidationError unless `value` is an integer in the range */
export function checkInteger(path: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ValidationError(path, `must be an integer from ${min} to ${max}, not ${value}`);
  }
  return value;
}

/** Checks `want` and `waitMs`, filling in their defaults. */
export function checkExchange(request: ExchangeRequest): { want: number; waitMs: number } {
  return {
    want: checkInteger('want', request.want ?? 0, 0, WANT_MAX),
    waitMs: checkInteger('waitMs', request.waitMs ?? 0, 0, WAIT_MAX_MS),
  };
}
