import { ExponentialBackoff, type ExponentialBackoffOptions } from './retry-policy.ts';

/** Keys remembered at most; the one that failed longest ago is forgotten first. */
const MAX_KEYS = 10_000;

/**
 * Growing delays for transient failures, apart for each key (an installation), so that one bad tenant stops no
 * other. A success forgets the key.
 */
export class TransientBackoff {
  readonly #failures = new Map<string, number>();
  readonly #backoff: ExponentialBackoff;

  /** @param options default: from 5 s, doubling to 300 s */
  constructor(options: Omit<ExponentialBackoffOptions, 'maxRetries'> = {}) {
    this.#backoff = new ExponentialBackoff({ baseMs: 5000, maxMs: 300_000, ...options });
  }

  /** Counts a failure; answers how long to wait in milliseconds. */
  failed(key: string): number {
    const count = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.delete(key);
    this.#failures.set(key, count);
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_KEYS) break;
      this.#failures.delete(oldest);
    }
    return this.#backoff.delayMs(count);
  }

  /** Forgets the failures of a key. */
  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}
