import type Database from 'better-sqlite3';
import { type PlainError, toPlainError } from './errors.ts';

/** What came of one task of a group. */
export type TaskOutcome = { ok: true; value: unknown } | { ok: false; error: PlainError };

/** Runs groups of tasks, each group in one transaction, so that one fsync serves them all. */
export class GroupCommit {
  readonly #db: Database.Database;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #rollback: Database.Statement;
  readonly #savepoint: Database.Statement;
  readonly #release: Database.Statement;
  readonly #undo: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#savepoint = db.prepare('SAVEPOINT task');
    this.#release = db.prepare('RELEASE task');
    this.#undo = db.prepare('ROLLBACK TO task');
  }

  /**
   * Runs all tasks; answers when they are committed. A task that fails undoes its own changes only. If the
   * transaction as a whole fails, each task is tried once more in a transaction of its own, unless the
   * database was locked, which would only make every task wait in turn.
   */
  run(tasks: readonly (() => unknown)[]): TaskOutcome[] {
    try {
      return this.transaction(() => tasks.map((task) => this.#runTask(task, tasks.length > 1)));
    } catch (thrown) {
      const error = toPlainError(thrown);
      if (tasks.length === 1 || error.code === 'locked') return tasks.map(() => ({ ok: false, error }));
      return tasks.flatMap((task) => this.run([task]));
    }
  }

  /** Runs `work` between `BEGIN IMMEDIATE` and `COMMIT`, or undoes it and throws. */
  transaction<T>(work: () => T): T {
    this.#begin.run();
    try {
      const value = work();
      this.#commit.run();
      return value;
    } catch (error) {
      // A full disk or an I/O error may have ended the transaction already.
      if (this.#db.inTransaction) this.#rollback.run();
      throw error;
    }
  }

  #runTask(task: () => unknown, shared: boolean): TaskOutcome {
    if (!shared) return { ok: true, value: task() };
    this.#savepoint.run();
    try {
      const value = task();
      this.#release.run();
      return { ok: true, value };
    } catch (thrown) {
      if (!this.#db.inTransaction) throw thrown;
      this.#undo.run();
      this.#release.run();
      return { ok: false, error: toPlainError(thrown) };
    }
  }
}
