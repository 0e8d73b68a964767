import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { assertEngineVersion } from './engine-version.ts';
import { DatabaseError } from './errors.ts';
import type { SqlRow, SqlStatement, SqlValue, StatementResult } from './protocol.ts';

/** Most prepared statements that a connection keeps; beyond it the oldest go. */
const STATEMENT_CACHE = 500;

/** WAL file size in bytes to which a checkpoint truncates. */
const WAL_SIZE_LIMIT = 64 * 1024 * 1024;

/** Pages of WAL (16 MiB) after which a commit folds it into the file: seldom, as queues write the same pages often. */
const CHECKPOINT_PAGES = 4_000;

/** Prepared statements by their text. */
export class StatementCache {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<unknown[], unknown>>();

  constructor(db: Database.Database) {
    this.#db = db;
  }

  get(sql: string): Database.Statement<unknown[], unknown> {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare<unknown[], unknown>(sql);
    this.#statements.set(sql, statement);
    const oldest = this.#statements.keys().next();
    if (this.#statements.size > STATEMENT_CACHE && !oldest.done) this.#statements.delete(oldest.value);
    return statement;
  }
}

/** Opens the writing connection of a file, making directories as needed. */
export function openWriter(path: string, busyTimeoutMs: number): Database.Database {
  mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path, { timeout: busyTimeoutMs });
  try {
    assertEngineVersion(engineVersion(db));
    // Takes effect on new files only, and only before their first table.
    db.pragma('auto_vacuum = INCREMENTAL');
    const mode = db.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal')
      throw new DatabaseError('cannot_open', `${path} cannot be switched to WAL (${String(mode)})`);
    db.pragma('synchronous = FULL');
    db.pragma(`journal_size_limit = ${WAL_SIZE_LIMIT}`);
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.pragma('foreign_keys = ON');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a reading connection of a file whose writer is open. */
export function openReader(path: string, busyTimeoutMs: number): Database.Database {
  return new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
}

/** Version of the SQLite engine, e.g. `3.51.3`. */
function engineVersion(db: Database.Database): string {
  return String(db.prepare('SELECT sqlite_version()').pluck().get());
}

/** Statements that would break the group commit around them, also behind comments. */
const TRANSACTION_CONTROL =
  /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:begin|commit|end|rollback|savepoint|release|vacuum|attach|detach)\b/i;

/** Runs one statement within the transaction that is open. */
export function runStatement(cache: StatementCache, { sql, params = [] }: SqlStatement): StatementResult {
  if (TRANSACTION_CONTROL.test(sql)) {
    throw new DatabaseError('sql', 'transaction control is not allowed in a batch: a batch is a transaction');
  }
  const statement = cache.get(sql);
  if (!statement.reader) return { rows: [], ...statement.run(...bindable(params)) };
  const rows = statement.all(...bindable(params)) as SqlRow[];
  return { rows, changes: statement.readonly ? 0 : rows.length, lastInsertRowid: 0 };
}

/** The engine binds Buffers, not plain byte arrays, which is what they become between threads. */
export function bindable(params: readonly SqlValue[]): (SqlValue | Buffer)[] {
  return params.map((value) =>
    value instanceof Uint8Array && !Buffer.isBuffer(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      : value,
  );
}
