import type { Clock } from '../clock.ts';
import type { Store } from '../store/types.ts';
import type { NextTurn } from './repeater.ts';

/** Options of {@link RecoverySchedule}. */
export interface RecoveryScheduleOptions {
  /** Processes with the same name share the work. */
  name: string;
  store: Pick<Store, 'slots' | 'cursors'>;
  /** Looks for missed deliveries; answers how many there were. */
  sweep: (stopping: AbortSignal) => Promise<number>;
  /** Milliseconds from one sweep to the next; `found`: by the last one, null before this process's first. */
  intervalMs: (found: number | null) => number;
  clock: Clock;
}

/** Sweeps are claimed in slots of this length, in milliseconds: shorter than any interval. */
const SLOT_MS = 2500;

/**
 * When missed deliveries are looked for: at the start of a process, because it may have been the only one, and then
 * an interval after the last sweep of any process. What counts is a sweep that came to its end: who claims one may be
 * killed the next moment, so a claim only keeps others away for as long as its slot.
 */
export class RecoverySchedule {
  readonly #options: RecoveryScheduleOptions;
  readonly #startedAt: number;
  #intervalMs: number;

  constructor(options: RecoveryScheduleOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#intervalMs = options.intervalMs(null);
  }

  /** Sweeps when it is time. Rejects as the sweep does. */
  async turn(stopping: AbortSignal): Promise<NextTurn> {
    const { name, store, sweep, intervalMs, clock } = this.#options;
    const now = clock.now();
    const sweptAt = Number((await store.cursors.get(`${name}-swept-at`)) ?? 0);
    // A time to come is one of a clock that was set back since.
    const isSwept = sweptAt >= this.#startedAt && sweptAt <= now;
    const waitMs = isSwept ? sweptAt + this.#intervalMs - now : 0;
    if (waitMs > 0) return { nextInMs: waitMs };
    if (!(await store.slots.claim(name, Math.floor(now / SLOT_MS)))) return { nextInMs: SLOT_MS };
    const found = await sweep(stopping);
    if (!stopping.aborted) await store.cursors.set(`${name}-swept-at`, String(now));
    this.#intervalMs = intervalMs(found);
    return { nextInMs: this.#intervalMs };
  }
}
