/** An open delivery is tried this often at most, the first time included; then it is dead. */
export const MAX_ATTEMPTS = 10;

/** Milliseconds before an open delivery is taken up again: doubling from 10 s, at most an hour. */
export function backoffMs(attempts: number): number {
  return Math.min(3_600_000, 10_000 * 2 ** attempts);
}
