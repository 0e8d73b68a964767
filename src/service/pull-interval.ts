/** Shortest and longest time between two looks at the deliveries, in milliseconds. */
export const PULL_MIN_MS = 5000;
export const PULL_MAX_MS = 30_000;

/**
 * How long to wait between two looks in pull mode: short while there is something, longer and longer while there is
 * nothing. At the shortest it costs 720 of the 5000 requests that an App's JWT has an hour, plus one per delivery.
 */
export class PullInterval {
  #ms = PULL_MIN_MS;

  /** @param found deliveries that the last look has found; null: there was none yet. Answers the next interval. */
  next(found: number | null): number {
    this.#ms = found === 0 ? Math.min(PULL_MAX_MS, this.#ms * 1.5) : PULL_MIN_MS;
    return this.#ms;
  }
}
