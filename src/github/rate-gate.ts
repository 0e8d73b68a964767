import type { Clock } from '../clock.ts';
import { TransientError } from '../errors.ts';

/**
 * Remembers that an installation is limited, so that nothing is sent before GitHub said to come back: asking on
 * while limited can get an App banned. It opens by itself.
 * Source: GitHub's "Best practices for using the REST API", "Handle rate limit errors appropriately".
 */
export class RateGate {
  readonly #clock: Clock;
  #closedUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws TransientError `rate_limited` with the rest of the wait */
  pass(): void {
    const retryAfterMs = this.#closedUntil - this.#clock.monotonic();
    if (retryAfterMs <= 0) return;
    throw new TransientError('rate_limited', 'the installation is limited by GitHub', { retryAfterMs });
  }

  /** Takes note of an error, if it is a limit. */
  note(error: Error): void {
    if (!(error instanceof TransientError) || error.code !== 'rate_limited') return;
    const until = this.#clock.monotonic() + (error.retryAfterMs ?? 0);
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }
}
