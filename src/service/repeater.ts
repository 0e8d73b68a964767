import type { Clock, Timer } from '../clock.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** How long a turn that was told to end is waited for, in milliseconds. */
const STOP_MS = 1000;

/** When the next turn is due, where the one that ended knows better than the interval. */
export interface NextTurn {
  /** Milliseconds. */
  nextInMs: number;
}

/** Does something at once and then again and again, never twice at a time; an error is logged and the next turn comes. */
export class Repeater {
  readonly #name: string;
  readonly #intervalMs: number;
  readonly #turn: (stopping: AbortSignal) => Promise<NextTurn | undefined>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: Timer | undefined;
  #running: Promise<void>;
  readonly #stopping = new AbortController();

  /** @param intervalMs milliseconds between the end of a turn and the beginning of the next */
  constructor(
    name: string,
    intervalMs: number,
    turn: (stopping: AbortSignal) => Promise<NextTurn | undefined>,
    { clock, logger }: { clock: Clock; logger: Logger },
  ) {
    this.#name = name;
    this.#intervalMs = intervalMs;
    this.#turn = turn;
    this.#clock = clock;
    this.#logger = logger;
    this.#running = this.#run();
  }

  /** No further turn, and the one that runs is told to end. */
  quiet(): void {
    this.#stopping.abort();
    this.#timer?.clear();
  }

  /** Quiet, and resolves when the turn that runs has ended, or after a second: it is left to itself then. */
  async stop(): Promise<void> {
    this.quiet();
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.setTimeout(late.resolve, STOP_MS);
    await Promise.race([this.#running, late.promise]);
    timer.clear();
  }

  async #run(): Promise<void> {
    let intervalMs = this.#intervalMs;
    try {
      const next = await this.#turn(this.#stopping.signal);
      if (next) intervalMs = next.nextInMs;
    } catch (thrown) {
      if (!this.#stopping.signal.aborted)
        this.#logger.warn({ err: toError(thrown) }, `${this.#name}: failed, comes again`);
    }
    if (this.#stopping.signal.aborted) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#running = this.#run();
    }, intervalMs);
  }
}
