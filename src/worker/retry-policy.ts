/** Decides how long a failed message waits before it is tried again. */
export interface RetryPolicy {
  /** @param attempt 1 after the first failure. Answers milliseconds >= 0. */
  delayMs(attempt: number, error: Error | undefined): number;
}

/** Options of {@link ExponentialBackoff}. */
export interface ExponentialBackoffOptions {
  /** Delay after the first failure in milliseconds, > 0; default 60000. */
  baseMs?: number;
  /** What each further failure multiplies it by, >= 1; default 2. */
  factor?: number;
  /** Longest delay in milliseconds; default 3600000. */
  maxMs?: number;
  /** Answers a number in [0, 1); default `Math.random`. */
  random?: () => number;
}

/** Doubling delays with jitter over their upper half, so that messages that failed together do not return together. */
export class ExponentialBackoff implements RetryPolicy {
  readonly #options: Required<ExponentialBackoffOptions>;

  constructor(options: ExponentialBackoffOptions = {}) {
    this.#options = { baseMs: 60_000, factor: 2, maxMs: 3_600_000, random: Math.random, ...options };
  }

  delayMs(attempt: number): number {
    const { baseMs, factor, maxMs, random } = this.#options;
    const full = Math.min(maxMs, baseMs * factor ** Math.max(0, attempt - 1));
    return Math.round(full / 2 + (random() * full) / 2);
  }
}
