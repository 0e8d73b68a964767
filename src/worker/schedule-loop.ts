import { type Clock, sleep, type Timer } from '../clock.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { AbortReason } from './context.ts';
import type { Life } from './life-cycle.ts';
import { ExponentialBackoff } from './retry-policy.ts';
import type { Schedule } from './schedule.ts';
import type { SlotStore } from './slot-store.ts';

/** Longest sleep, in milliseconds: a clock that was set, or a machine that slept, is noticed after it. */
const NAP_MAX_MS = 60_000;

/** What a schedule loop works with. */
export interface ScheduleLoopOptions {
  readonly name: string;
  readonly schedule: Schedule;
  readonly slotStore: SlotStore;
  readonly jitterMs: number;
  readonly timeoutMs: number;
  readonly random: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tick that a life before let go of and that goes on, if any: none overlaps it. Never rejects. */
  readonly before: Promise<void> | null;
  /** Runs a tick to its end. Never rejects. */
  readonly run: (slot: number, signal: AbortSignal) => Promise<void>;
}

/** One life of a scheduled worker: one tick after the other, each claimed before it runs. */
export class ScheduleLoop implements Life {
  readonly #options: ScheduleLoopOptions;
  readonly #quiet = new AbortController();
  readonly #expired = Promise.withResolvers<void>();
  #over = false;
  readonly #backoff = new ExponentialBackoff({ baseMs: 1000, maxMs: 30_000 });
  #lastSlot = Number.NEGATIVE_INFINITY;
  #tick: AbortController | undefined;
  #waits = false;
  #timer: Timer | undefined;
  readonly ended: Promise<Error | null>;

  constructor(options: ScheduleLoopOptions) {
    this.#options = options;
    this.ended = this.#live();
  }

  get inFlight(): number {
    return this.#tick || this.#waits ? 1 : 0;
  }

  quiet(): void {
    this.#quiet.abort();
  }

  async stop(deadlineMs: number): Promise<void> {
    this.quiet();
    if (deadlineMs <= 0) this.#giveUp();
    const deadline = this.#options.clock.setTimeout(() => this.#giveUp(), deadlineMs);
    await this.ended;
    deadline.clear();
  }

  #giveUp(): void {
    this.#tick?.abort(new AbortReason('shutdown'));
    this.#over = true;
    this.#expired.resolve();
  }

  async #live(): Promise<Error | null> {
    try {
      await Promise.race([this.#run(), this.#expired.promise]);
      return null;
    } catch (thrown) {
      return toError(thrown);
    } finally {
      // A tick that does not listen goes on, but nothing is left of it here.
      this.#timer?.clear();
      this.#tick = undefined;
      this.#waits = false;
    }
  }

  async #run(): Promise<void> {
    const { schedule, clock, jitterMs, random, before } = this.#options;
    const { signal } = this.#quiet;
    if (before) {
      this.#waits = true;
      await Promise.race([before, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      this.#waits = false;
    }
    while (!signal.aborted) {
      const slot = schedule.latest(clock.now());
      if (slot === null || slot <= this.#lastSlot) {
        const next = schedule.next(clock.now());
        const left = next === null ? NAP_MAX_MS : next - clock.now();
        await sleep(clock, Math.min(NAP_MAX_MS, Math.max(1, left)), signal);
        continue;
      }
      this.#lastSlot = slot;
      if (jitterMs > 0) await sleep(clock, random() * jitterMs, signal);
      // The life may be over by the time that a claim is answered; that tick is left out, as after a crash.
      if ((await this.#claim(slot)) && !this.#over) await this.#runTick(slot);
    }
  }

  /** Asks until there is an answer, or the next slot has come. */
  async #claim(slot: number): Promise<boolean> {
    const { name, slotStore, clock, logger, schedule } = this.#options;
    const { signal } = this.#quiet;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await slotStore.claim(name, slot);
      } catch (thrown) {
        logger.warn({ err: toError(thrown), worker: name, slot }, 'a tick could not be claimed');
        await sleep(clock, this.#backoff.delayMs(failures), signal);
      }
      if (schedule.latest(clock.now()) !== slot) return false;
    }
    return false;
  }

  async #runTick(slot: number): Promise<void> {
    const { clock, timeoutMs, run } = this.#options;
    const tick = new AbortController();
    this.#tick = tick;
    if (timeoutMs > 0) {
      this.#timer = clock.setTimeout(() => tick.abort(new AbortReason('timeout')), timeoutMs);
    }
    // To its very end, also past a timeout: a tick never overlaps the next.
    await run(slot, tick.signal);
    this.#timer?.clear();
    this.#tick = undefined;
  }
}
