import type Database from 'better-sqlite3';

/** Milliseconds without a task after which free pages are given back to the file system. */
const IDLE_MS = 2_000;

/** Pages given back in one go: bounds how long the next task can be kept waiting. */
const PAGES_PER_STEP = 512;

/** Free pages that are kept for reuse. */
const PAGES_KEPT = 1_024;

/** Shrinks the file in small steps while nobody writes. */
export class IdleVacuum {
  readonly #db: Database.Database;
  #timer: NodeJS.Timeout | undefined;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** To be called after each commit: puts the next step off. */
  touch(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#step(), IDLE_MS).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #step(): void {
    try {
      if (Number(this.#db.pragma('freelist_count', { simple: true })) <= PAGES_KEPT) return;
      this.#db.pragma(`incremental_vacuum(${PAGES_PER_STEP})`);
      this.#timer?.refresh();
    } catch {
      // Locked or full: the next idle time tries again, and nothing depends on it.
    }
  }
}
