import { CheckmendError, QueueError } from '../../errors.ts';

/**
 * The code of an error reply: RESP puts it in front of the text, as one word in capitals
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/, "Simple errors"). `undefined` if the error
 * is not a reply of the server.
 */
export function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  return /^[A-Z]+/.exec(error.message)?.[0];
}

/** What is to be done about an error of a command. */
export type ErrorKind =
  /** The connection, or the role of the server behind it, is no good: build a new one, then try again. */
  | 'rebuild'
  /** The server is busy or not ready for this command: try again later on the same connection. */
  | 'later'
  /** The server said no, and would again. */
  | 'final';

/** Replies of a server that is not (or no longer) the one to talk to. */
const WRONG_SERVER = new Set(['READONLY', 'LOADING', 'MASTERDOWN', 'UNBLOCKED', 'CLUSTERDOWN', 'NOREPLICAS']);
/** Replies that pass by themselves. */
const PASSING = new Set(['BUSY', 'TRYAGAIN', 'MISCONF']);

/** Classifies by reply code; whatever did not come from the server is a matter of the connection. */
export function classify(error: unknown): ErrorKind {
  const code = replyCode(error);
  if (code === undefined) return error instanceof CheckmendError ? 'final' : 'rebuild';
  if (WRONG_SERVER.has(code)) return 'rebuild';
  return PASSING.has(code) ? 'later' : 'final';
}

/** Maps the error replies that have a meaning for callers; others pass unchanged. */
export function toQueueError(error: unknown): unknown {
  switch (replyCode(error)) {
    case 'OOM':
      return new QueueError('queue_full', 'Redis has reached its maxmemory', { cause: error });
    case 'QUEUEFORMAT':
      return new QueueError(
        'format_version',
        'the queue was written by a newer version of this package; update this process',
        { cause: error },
      );
    default:
      return error;
  }
}
