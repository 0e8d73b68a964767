import type { PlainError } from './errors.ts';

/** A value that a statement takes or a column holds. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** One row: column names and values. */
export type SqlRow = Record<string, SqlValue>;

/** One statement with its positional parameters. */
export interface SqlStatement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
}

/** What a statement did: its rows (`SELECT`, `RETURNING`), and how many rows it changed. */
export interface StatementResult {
  rows: SqlRow[];
  changes: number;
  /** Row id of the last insert of this connection; only meaningful after an insert. */
  lastInsertRowid: number | bigint;
}

/** One unit of work for the writer thread: atomic in itself. */
export type Task =
  | { kind: 'batch'; statements: readonly SqlStatement[] }
  | { kind: 'run'; operation: string; input: unknown };

/** A request to the writer thread; `id` comes back with its reply. */
export type WriterRequest = { id: number } & WriterCommand;

/** A task, or something that happens outside of any transaction. */
export type WriterCommand =
  | Task
  | { kind: 'control'; operation: string; input: unknown }
  | { kind: 'extend'; url: string }
  | { kind: 'close' };

/** What came of a request. */
export type WriterReply = { id: number } & ({ ok: true; value: unknown } | { ok: false; error: PlainError });

/** What the thread posts: replies of one commit, an event of an extension, or how its start went. */
export type ThreadMessage =
  | { kind: 'replies'; replies: WriterReply[] }
  | { kind: 'event'; name: string; data: unknown }
  | { kind: 'ready' }
  | { kind: 'failed'; error: PlainError };

/** How the writer thread is started. */
export interface WriterData {
  path: string;
  busyTimeoutMs: number;
}
