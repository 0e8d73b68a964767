import { isNeverRetried } from './never-retried.ts';

/** Decides whether, and after how long, a failed message is tried again. The retry waits in the queue. */
export interface RetryPolicy {
  /** How long the message waits, in milliseconds >= 0. @param attempt 1 after the first failure */
  delayMs(attempt: number, error: Error | undefined): number;
  /**
   * False makes the message a dead letter. Default: always true, so that the message's own `maxRetries` ends it,
   * which it does in any case.
   */
  shouldRetry?(attempt: number, error: Error | undefined): boolean;
}

/** Options of {@link ExponentialBackoff}. */
export interface ExponentialBackoffOptions {
  /** Delay after the first failure in milliseconds, > 0; default 60000. */
  baseMs?: number;
  /** What each further failure multiplies it by, >= 1; default 2. */
  factor?: number;
  /** Longest delay in milliseconds, >= `baseMs`; default 3600000. A delay that an error asks for may be longer. */
  maxMs?: number;
  /** Tries after the first, >= 0, `Infinity` included; default 3. The message's own `maxRetries` counts too. */
  maxRetries?: number;
  /** Answers a number in [0, 1); default `Math.random`. */
  random?: () => number;
}

/**
 * Doubling delays with jitter over their upper half, so that messages that failed together do not return
 * together. An error that carries its own delay (`retryAfterMs`) comes back no sooner than that; validation and
 * programming errors are never retried.
 */
export class ExponentialBackoff implements RetryPolicy {
  readonly #options: Required<ExponentialBackoffOptions>;

  /** @throws RangeError for an option out of range */
  constructor(options: ExponentialBackoffOptions = {}) {
    this.#options = {
      baseMs: 60_000,
      factor: 2,
      maxMs: Math.max(3_600_000, options.baseMs ?? 0),
      maxRetries: 3,
      random: Math.random,
      ...options,
    };
    const { baseMs, factor, maxMs, maxRetries } = this.#options;
    if (!(baseMs > 0 && Number.isFinite(baseMs)))
      throw new RangeError(`baseMs must be over 0, got ${baseMs}`);
    if (!(factor >= 1 && Number.isFinite(factor)))
      throw new RangeError(`factor must be at least 1, got ${factor}`);
    if (!(maxMs >= baseMs)) throw new RangeError(`maxMs must be at least baseMs, got ${maxMs}`);
    if (!(maxRetries >= 0)) throw new RangeError(`maxRetries must be at least 0, got ${maxRetries}`);
  }

  shouldRetry(attempt: number, error?: Error): boolean {
    return attempt <= this.#options.maxRetries && !(error && isNeverRetried(error));
  }

  delayMs(attempt: number, error?: Error): number {
    const { baseMs, factor, maxMs, random } = this.#options;
    const full = Math.min(maxMs, baseMs * factor ** Math.max(0, attempt - 1));
    return Math.max(Math.round(full / 2 + (random() * full) / 2), ownDelayOf(error));
  }
}

/** The same delay after every failure. */
export class FixedDelay implements RetryPolicy {
  readonly #delayMs: number;

  /** @param delayMs milliseconds >= 0 */
  constructor(delayMs: number) {
    if (!(delayMs >= 0)) throw new RangeError(`delayMs must be at least 0, got ${delayMs}`);
    this.#delayMs = delayMs;
  }

  delayMs(_attempt: number, error?: Error): number {
    return Math.max(this.#delayMs, ownDelayOf(error));
  }
}

/** What an error asks for by itself, such as a rate limit with its `retry-after`. */
function ownDelayOf(error: Error | undefined): number {
  const own: unknown = error && 'retryAfterMs' in error ? error.retryAfterMs : 0;
  return typeof own === 'number' && own > 0 ? own : 0;
}
