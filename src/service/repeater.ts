import type { Clock, Timer } from '../clock.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/**
 * Does something at once and then again and again, never twice at a time; an error is logged and the next turn comes.
 * A turn that answers a number says when the next one is due, in milliseconds.
 */
export class Repeater {
  readonly #name: string;
  readonly #intervalMs: number;
  readonly #turn: () => Promise<unknown>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #running: Promise<void>;
  #stopped = false;

  /** @param intervalMs milliseconds between the end of a turn and the beginning of the next */
  constructor(
    name: string,
    intervalMs: number,
    turn: () => Promise<unknown>,
    { clock, logger }: { clock: Clock; logger: Logger },
  ) {
    this.#name = name;
    this.#intervalMs = intervalMs;
    this.#turn = turn;
    this.#clock = clock;
    this.#logger = logger;
    this.#running = this.#run();
  }

  /** No further turn; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await this.#running;
  }

  async #run(): Promise<void> {
    let intervalMs = this.#intervalMs;
    try {
      const answer = await this.#turn();
      if (typeof answer === 'number') intervalMs = answer;
    } catch (thrown) {
      this.#logger.warn({ err: toError(thrown) }, `${this.#name}: failed, comes again`);
    }
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#running = this.#run();
    }, intervalMs);
  }
}
