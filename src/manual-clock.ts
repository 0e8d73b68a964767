import type { Clock, Timer } from './clock.ts';

interface Pending {
  dueAt: number;
  sequence: number;
  callback: () => void;
}

/**
 * A clock that stands still until a test moves it: `advance(ms)` fires what falls due, in order, and lets
 * promises settle between two timers.
 */
export class ManualClock implements Clock {
  #now: number;
  #sequence = 0;
  readonly #origin: number;
  readonly #pending = new Set<Pending>();

  /** @param startAt milliseconds since the epoch; default 2026-01-01T00:00:00Z. */
  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
    this.#origin = startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#origin;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const pending = { dueAt: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, callback };
    this.#pending.add(pending);
    return { clear: () => void this.#pending.delete(pending) };
  }

  /** Timers that have not fired: a leak check for tests. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Moves the clock forward by `ms`, firing every timer that falls due on the way. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    for (let next = this.#next(target); next; next = this.#next(target)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.dueAt);
      next.callback();
      await settle();
    }
    this.#now = target;
    await settle();
  }

  #next(until: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.dueAt > until) continue;
      if (
        !first ||
        pending.dueAt < first.dueAt ||
        (pending.dueAt === first.dueAt && pending.sequence < first.sequence)
      ) {
        first = pending;
      }
    }
    return first;
  }
}

/** Lets promise continuations and I/O callbacks that are already due run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
