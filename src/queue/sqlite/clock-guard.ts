import type { Statements } from './statements.ts';

/** Milliseconds between two notes of the time in the file. */
const NOTE_MS = 10_000;

/** A clock that steps back by more was wrong before; less is waited out. */
const STEP_MS = 60_000;

/**
 * Notices that the machine's clock was set back, and takes the leases along: else those of a process that crashed
 * would last longer by the whole step. The time is noted in the file, so that one process does it for all.
 */
export class ClockGuard {
  readonly #sql: Statements;
  #seen = Number.POSITIVE_INFINITY;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** To be called in every transition, with its time. */
  look(now: number): void {
    if (now >= this.#seen - STEP_MS && now < this.#seen + NOTE_MS) return;
    const step = (this.#sql.clock.get() ?? 0) - now;
    if (step > STEP_MS) {
      this.#sql.setSessionsBack.run(step);
      this.#sql.setHoldsBack.run(step);
    }
    if (step > STEP_MS || step < 0) this.#sql.noteClock.run(now);
    this.#seen = now;
  }
}
