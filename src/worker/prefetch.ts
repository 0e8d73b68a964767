/** Most messages in hand beside those that run. */
const MOST = 128;

/** Messages that have to end before anything is taken ahead: until then, how long they take is not known. */
const LEARNED_FROM = 32;

/** How much the last message counts in the mean. */
const WEIGHT = 1 / 16;

/**
 * How many messages to have in hand beside those that run: as many as will be started within `aheadMs`, by the
 * time that the last ones took. One exchange with the queue then serves many short messages, also of a worker
 * that does one at a time; of messages that take longer, none waits in hand while another process could have it.
 */
export class Prefetch {
  readonly #aheadMs: number;
  #ended = 0;
  #meanMs = 0;

  /** @param aheadMs 0 = never takes anything ahead */
  constructor(aheadMs: number) {
    this.#aheadMs = aheadMs;
  }

  /** A message has left its handler. @param durationMs time in it */
  ended(durationMs: number): void {
    this.#ended++;
    this.#meanMs += (durationMs - this.#meanMs) * Math.max(WEIGHT, 1 / this.#ended);
  }

  /** Messages take longer than they did: nothing is taken ahead until it is known again how long. */
  forget(): void {
    this.#ended = 0;
    this.#meanMs = 0;
  }

  /** @param concurrency messages that run at once */
  count(concurrency: number): number {
    if (this.#aheadMs === 0 || this.#ended < LEARNED_FROM) return 0;
    if (this.#meanMs * MOST <= this.#aheadMs * concurrency) return MOST;
    return Math.floor((this.#aheadMs * concurrency) / this.#meanMs);
  }
}
