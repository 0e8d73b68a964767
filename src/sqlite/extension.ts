import type Database from 'better-sqlite3';

/** What an extension of the writer thread works with. */
export interface WriterScope {
  readonly db: Database.Database;
  /** Runs `work` in a transaction of its own (`BEGIN IMMEDIATE`); not from within an operation, which is in one. */
  transaction<T>(work: () => T): T;
  /** Posts an event to the main thread; see `SqliteDatabase.on`. */
  emit(name: string, data: unknown): void;
}

/** Code that lives in the writer thread: named operations beside plain SQL. */
export interface WriterExtension {
  /**
   * Synchronous functions, each call in a savepoint of a group commit: what it returned is posted after COMMIT,
   * what it threw undoes its own changes only. State in memory must not depend on the transaction's fate.
   */
  readonly operations: Readonly<Record<string, (input: unknown) => unknown>>;
  /** Functions that are called outside of any transaction, for what is not in the database; they must not write. */
  readonly controls?: Readonly<Record<string, (input: unknown) => unknown>>;
  /** Frees timers; called before the connection is closed. */
  close?(): void;
}

/** What the module of an extension exports as `install`: prepares tables and answers the operations. */
export type InstallExtension = (scope: WriterScope) => WriterExtension;
