import { RequestError } from '@octokit/request-error';
import { CheckmendError, PermanentError, TransientError, toError } from '../errors.ts';

/** Codes of the `PermanentError`s that GitHub's refusals become. */
export type RefusalCode =
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'gone'
  | 'validation_failed'
  | 'refused';

const REFUSALS: Readonly<Record<number, RefusalCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  410: 'gone',
  422: 'validation_failed',
};

/** Least wait after a secondary limit that names none. Source: GitHub's "Best practices for using the REST API". */
const SECONDARY_LIMIT_WAIT_MS = 60_000;

/** Longest wait that is believed, in milliseconds. */
const MAX_WAIT_MS = 3_600_000;

/** Whether an error is GitHub's refusal of that code. */
export function isStatus(error: unknown, code: RefusalCode): boolean {
  return error instanceof PermanentError && error.code === code;
}

/**
 * What a failed request means, in one place: limits, 5xx, and no answer are transient (with the delay that GitHub
 * asked for); other refusals are permanent under their own code.
 */
export function errorOfRequest(thrown: unknown): CheckmendError {
  if (thrown instanceof CheckmendError) return thrown;
  const error = toError(thrown);
  if (!(error instanceof RequestError) || !error.response) {
    return new TransientError('network', `GitHub did not answer: ${error.message}`, { cause: error });
  }
  const { status, response } = error;
  const limit = limitOf(error);
  const what = `GitHub answered ${status}: ${error.message.slice(0, 300)}`;
  if (limit) return new TransientError('rate_limited', what, { cause: error, retryAfterMs: limit });
  if (status >= 500 || status === 408) {
    const retryAfterMs = secondsOf(response.headers['retry-after']);
    return new TransientError('unavailable', what, { cause: error, ...(retryAfterMs && { retryAfterMs }) });
  }
  return new PermanentError(REFUSALS[status] ?? 'refused', what, { cause: error });
}

/** Milliseconds to wait where a 403 or 429 is a rate limit, else null. */
function limitOf({ status, response, message }: RequestError): number | null {
  if (!response || (status !== 403 && status !== 429)) return null;
  const { headers } = response;
  const asked = secondsOf(headers['retry-after']);
  if (asked) return asked;
  if (headers['x-ratelimit-remaining'] === '0') {
    const resetAt = Number(headers['x-ratelimit-reset']) * 1000;
    const servedAt = Date.parse(headers.date ?? '');
    // Both times are GitHub's, so that a wrong clock here does not matter.
    const wait = Number.isFinite(resetAt - servedAt) ? resetAt - servedAt : SECONDARY_LIMIT_WAIT_MS;
    return Math.min(MAX_WAIT_MS, Math.max(1000, wait));
  }
  // A secondary limit without headers has no other sign than its text.
  return status === 429 || /secondary rate limit|abuse detection/i.test(message)
    ? SECONDARY_LIMIT_WAIT_MS
    : null;
}

function secondsOf(header: string | number | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? Math.min(MAX_WAIT_MS, seconds * 1000) : null;
}
