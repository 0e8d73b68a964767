import { InvalidArgumentError } from '@commander-js/extra-typings';

/** Messages that a process works on at once, unless said otherwise; fixes come before analyses before monitoring. */
export const DEFAULT_CONCURRENCY = 8;

/** Reads `--concurrency`: an integer of 1..256. */
export function parseConcurrency(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new InvalidArgumentError('must be an integer of 1..256');
  return count;
}
