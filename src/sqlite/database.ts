import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { ConfigError } from '../errors.ts';
import { bindable, openReader, StatementCache } from './connection.ts';
import { DatabaseError, toDatabaseError } from './errors.ts';
import { assertLocalFilesystem } from './network-filesystem.ts';
import type { SqlRow, SqlStatement, SqlValue, StatementResult } from './protocol.ts';
import { WriterClient } from './writer.ts';

export { DatabaseError, type DatabaseErrorCode } from './errors.ts';
export type { SqlRow, SqlStatement, SqlValue, StatementResult } from './protocol.ts';

/** Options of {@link SqliteDatabase.open}. */
export interface SqliteDatabaseOptions {
  /**
   * Milliseconds that a commit waits for the write lock of another process before it fails with `locked`;
   * 0..60000, default 5000. The first opener of a file in a process decides.
   */
  busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5_000;

/** What the handles of one file in one process share. */
interface SharedFile {
  readonly path: string;
  readonly writer: WriterClient;
  readonly reader: Database.Database;
  readonly statements: StatementCache;
  handles: number;
}

const files = new Map<string, Promise<SharedFile>>();

/**
 * One SQLite file (WAL, `synchronous=FULL`): a writer thread of this process owns the writing connection and
 * commits in groups, so that fsync never blocks the event loop; short reads go through a connection of the
 * main thread. Opening the same file again in the same process shares both; several processes may share a file.
 */
export class SqliteDatabase {
  readonly #file: SharedFile;
  #closed = false;

  private constructor(file: SharedFile) {
    this.#file = file;
  }

  /**
   * Opens or creates a file and the directories above it.
   * @throws ConfigError for an option out of range
   * @throws DatabaseError `engine_too_old`, `cannot_open`, `network_filesystem`, `read_only`, `corrupt`, `locked`
   */
  static async open(path: string, options: SqliteDatabaseOptions = {}): Promise<SqliteDatabase> {
    const { busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    if (!Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > 60_000) {
      throw new ConfigError([`busyTimeoutMs must be an integer from 0 to 60000, not ${busyTimeoutMs}`]);
    }
    const key = canonicalPath(path);
    for (;;) {
      const known = files.get(key);
      const opening = known ?? openFile(key, busyTimeoutMs);
      files.set(key, opening);
      try {
        const file = await opening;
        // Somebody may have closed the last handle while this one waited.
        if (files.get(key) !== opening || file.writer.ended) {
          if (files.get(key) === opening) files.delete(key);
          continue;
        }
        file.handles++;
        return new SqliteDatabase(file);
      } catch (error) {
        if (files.get(key) === opening) files.delete(key);
        throw openError(error, key);
      }
    }
  }

  /** Absolute path of the file. */
  get path(): string {
    return this.#file.path;
  }

  /**
   * Runs statements in order, all or none; resolves when they are durable, with a result for each. Batches of
   * this process share commits. Transaction control, `VACUUM` and `ATTACH` are refused with `sql`.
   * @throws DatabaseError any code; after `locked`, `disk_full`, `read_only` and `io` the database stays usable
   */
  async batch(statements: readonly SqlStatement[]): Promise<StatementResult[]> {
    return (await this.#request({ kind: 'batch', statements })) as StatementResult[];
  }

  /** Runs an operation of an extension in the writer thread; atomic and durable like a batch. */
  run(operation: string, input: unknown): Promise<unknown> {
    return this.#request({ kind: 'run', operation, input });
  }

  /** Calls a control of an extension in the writer thread: outside of any transaction, so it waits for no lock. */
  control(operation: string, input: unknown): Promise<unknown> {
    return this.#request({ kind: 'control', operation, input });
  }

  /** Calls `collect` once at the end of this turn: what it asks for shares a commit with the turn's other requests. */
  atTurnEnd(collect: () => void): void {
    this.#file.writer.atTurnEnd(collect);
  }

  /**
   * Reads on the main thread: for short queries by index. Sees every batch that has resolved.
   * @throws DatabaseError `closed`, `locked`, `io`, `corrupt`, `sql`
   */
  read<Row = SqlRow>(sql: string, params: readonly SqlValue[] = []): Row[] {
    if (this.#closed) throw closedError();
    try {
      return this.#file.statements.get(sql).all(...bindable(params)) as Row[];
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  /** A number that changes whenever any connection but the reader has committed. */
  dataVersion(): number {
    if (this.#closed) throw closedError();
    return Number(this.#file.reader.pragma('data_version', { simple: true }));
  }

  /** Loads a module that exports `install` ({@link InstallExtension}) into the writer thread, once per file. */
  async extend(module: URL): Promise<void> {
    await this.#request({ kind: 'extend', url: module.href });
  }

  /** Listens to what extensions emit; answers the unsubscriber. */
  on(event: string, listener: (data: unknown) => void): () => void {
    return this.#file.writer.on(event, listener);
  }

  /** Gives this handle back; the last one closes the connections and ends the thread. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (--this.#file.handles > 0) return;
    if (!this.#file.writer.ended) files.delete(this.#file.path);
    // The reader goes first, so that the writer is the last connection and folds the WAL into the file.
    this.#file.reader.close();
    await this.#file.writer.close();
  }

  async #request(task: Parameters<WriterClient['request']>[0]): Promise<unknown> {
    if (this.#closed) throw closedError();
    return this.#file.writer.request(task);
  }
}

async function openFile(path: string, busyTimeoutMs: number): Promise<SharedFile> {
  const writer = new WriterClient({ path, busyTimeoutMs });
  try {
    await writer.ready();
    const reader = openReader(path, busyTimeoutMs);
    return { path, writer, reader, statements: new StatementCache(reader), handles: 0 };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** One name per file, whatever link or relative path it was asked for by. */
function canonicalPath(path: string): string {
  if (path === '' || path.startsWith(':') || path.startsWith('file:')) {
    throw new DatabaseError('cannot_open', `not a plain file path: ${path}`);
  }
  try {
    const directory = dirname(resolve(path));
    mkdirSync(directory, { recursive: true });
    assertLocalFilesystem(directory);
    return join(realpathSync(directory), basename(path));
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError('cannot_open', `cannot make the directory of ${path}`, { cause: error });
  }
}

/** Names the file: it is the one thing that whoever reads the message can change. */
function openError(thrown: unknown, path: string): DatabaseError {
  const { code, message, sqliteCode } = toDatabaseError(thrown);
  return new DatabaseError(code, `cannot open ${path}: ${message}`, {
    cause: thrown,
    ...(sqliteCode && { sqliteCode }),
  });
}

function closedError(): DatabaseError {
  return new DatabaseError('closed', 'the database is closed');
}
