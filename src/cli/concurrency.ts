import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Messages that one queue's worker takes at once, unless said otherwise. */
export const DEFAULT_CONCURRENCY = 4;

/** Reads `--concurrency`: an integer of 1..256. */
export function parseConcurrency(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new InvalidArgumentError('must be an integer of 1..256');
  return count;
}
