/** What every error of this package carries: a stable `code`, and whether trying again can help. */
export interface ErrorOptionsWithCause {
  cause?: unknown;
}

/** Base of all errors that the package throws on purpose. Classify by `code` or class, never by message. */
export class CheckmendError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptionsWithCause = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Input that does not have the shape it must have. Never retried. `path` names the bad field, e.g. `payload.head_sha`. */
export class ValidationError extends CheckmendError {
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptionsWithCause) {
    super('invalid', path === '' ? message : `${path}: ${message}`, options);
    this.path = path;
  }
}

/** Configuration that is missing or wrong; `problems` lists everything found, one sentence each. */
export class ConfigError extends CheckmendError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptionsWithCause) {
    super('config', problems.join('\n'), options);
    this.problems = problems;
  }
}

/** Why a queue refused or could not do something. */
export type QueueErrorCode =
  | 'queue_full'
  | 'payload_too_large'
  | 'too_many_queues'
  | 'format_version'
  | 'closed'
  | 'unavailable';

/** A queue is out of reach (`unavailable`), or refused an operation (every other code). */
export class QueueError extends CheckmendError {
  declare readonly code: QueueErrorCode;

  constructor(code: QueueErrorCode, message: string, options?: ErrorOptionsWithCause) {
    super(code, message, options);
  }
}

/**
 * The other side failed as a whole (5xx, network, rate limit, a log that is not written yet): a worker
 * answers it with `snooze`, which burns no attempt. `retryAfterMs` is the delay the other side asked for, if it is over 0.
 */
export class TransientError extends CheckmendError {
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    options: ErrorOptionsWithCause & { retryAfterMs?: number } = {},
  ) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Trying again cannot help (gone, forbidden, refused by rule): a worker sends the message to the dead letters. */
export class PermanentError extends CheckmendError {}

/** The code of a system's or this package's error (`ENOENT`), or the name of its class. */
export function codeOf(thrown: unknown): string {
  const error = toError(thrown);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Makes an `Error` of anything that was thrown, keeping the original as `cause`. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new CheckmendError(
    'unknown',
    typeof thrown === 'string' ? thrown : `non-error thrown: ${typeof thrown}`,
    {
      cause: thrown,
    },
  );
}
