import { CheckmendError } from '../errors.ts';

/**
 * Why a database refused or could not do something:
 * `locked` another connection held the write lock longer than the busy timeout; `read_only` the file or its
 * file system cannot be written; `disk_full`; `io` the operating system failed; `corrupt` not a (sound) SQLite
 * file; `cannot_open`; `network_filesystem` WAL needs shared memory, which network file systems lack;
 * `engine_too_old`; `format_version` the file was written by a newer build; `constraint` a row broke a
 * constraint; `sql` a statement that is wrong in itself; `closed`.
 */
export type DatabaseErrorCode =
  | 'locked'
  | 'read_only'
  | 'disk_full'
  | 'io'
  | 'corrupt'
  | 'cannot_open'
  | 'network_filesystem'
  | 'engine_too_old'
  | 'format_version'
  | 'constraint'
  | 'sql'
  | 'closed';

/** A database could not do what it was asked. `sqliteCode` is SQLite's extended result code where it spoke. */
export class DatabaseError extends CheckmendError {
  declare readonly code: DatabaseErrorCode;
  readonly sqliteCode: string | undefined;

  constructor(
    code: DatabaseErrorCode,
    message: string,
    options: { sqliteCode?: string; cause?: unknown } = {},
  ) {
    super(code, message, options);
    this.sqliteCode = options.sqliteCode;
  }
}

/** Primary result codes of https://www.sqlite.org/rescode.html, without those that only a wrong statement gives. */
const CODES: readonly (readonly [prefix: string, code: DatabaseErrorCode])[] = [
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_READONLY', 'read_only'],
  ['SQLITE_PERM', 'read_only'],
  ['SQLITE_FULL', 'disk_full'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_CANTOPEN', 'cannot_open'],
  ['SQLITE_CONSTRAINT', 'constraint'],
];

/** An error in the form in which it travels between threads. */
export interface PlainError {
  code: DatabaseErrorCode;
  message: string;
  sqliteCode?: string;
}

/** Describes anything that was thrown by the engine, by classes of result codes. */
export function toPlainError(thrown: unknown): PlainError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof DatabaseError) {
    return { code: thrown.code, message, ...(thrown.sqliteCode && { sqliteCode: thrown.sqliteCode }) };
  }
  const sqliteCode = engineCode(thrown);
  const code = CODES.find(([prefix]) => sqliteCode?.startsWith(prefix))?.[1] ?? 'sql';
  return { code, message, ...(sqliteCode && { sqliteCode }) };
}

/** The error of a thrown or transported one; a {@link DatabaseError} stays itself. */
export function toDatabaseError(thrown: unknown): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  const plain = toPlainError(thrown);
  return new DatabaseError(plain.code, plain.message, {
    cause: thrown,
    ...(plain.sqliteCode && { sqliteCode: plain.sqliteCode }),
  });
}

/** Brings a {@link PlainError} of the writer thread back to life. */
export function fromPlainError(plain: PlainError): DatabaseError {
  return new DatabaseError(plain.code, plain.message, plain);
}

function engineCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' && thrown.code.startsWith('SQLITE_') ? thrown.code : undefined;
}
