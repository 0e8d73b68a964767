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

/** Least wait after a secondary limit that names none. Source: GitHub's "Rate limits for the REST API". */
const SECONDARY_LIMIT_WAIT_MS = 60_000;

/**
 * How GitHub says that an installation is suspended, for a new token and to one from before. Source: octokit.rb
 * (`InstallationSuspended`), octokit/octokit.rb#1307.
 */
const SUSPENDED = /installation has been suspended|suspended your access/i;

/** Longest wait that is believed, in milliseconds. */
const MAX_WAIT_MS = 3_600_000;

/** GitHub refused one request. */
export class GitHubRefusal extends PermanentError {
  declare readonly code: RefusalCode;
  readonly status: number;
  /** Permissions that GitHub would have accepted, e.g. `contents=write`; null where it named none. */
  readonly acceptedPermissions: string | null;

  constructor(status: number, message: string, cause: Error, acceptedPermissions: string | null = null) {
    super(REFUSALS[status] ?? 'refused', message, { cause });
    this.status = status;
    this.acceptedPermissions = acceptedPermissions;
  }
}

/** Whether an error is GitHub's refusal of that code. */
export function isStatus(error: unknown, code: RefusalCode): boolean {
  return error instanceof GitHubRefusal && error.code === code;
}

/** Status of a failed request, or 0 where there was no answer. */
export function statusOf(thrown: unknown): number {
  return thrown instanceof RequestError && thrown.response ? thrown.status : 0;
}

/**
 * What a failed request means, in one place: limits, 5xx, and no answer are transient (with the delay that GitHub
 * asked for); that the installation is suspended is the permanent `suspended`; other refusals are permanent under
 * their own code.
 */
export function errorOfRequest(thrown: unknown): CheckmendError {
  if (thrown instanceof CheckmendError) return thrown;
  const error = toError(thrown);
  const answer = answerOf(error);
  if (!answer) {
    return new TransientError('network', `GitHub did not answer: ${error.message}`, { cause: error });
  }
  const { status, headers } = answer;
  const limit = limitOf(answer);
  const what = `GitHub answered ${status}: ${error.message.slice(0, 300)}`;
  if (limit !== null) return new TransientError('rate_limited', what, { cause: error, retryAfterMs: limit });
  if (status >= 500 || status === 408) {
    const retryAfterMs = secondsOf(headers['retry-after']);
    return new TransientError('unavailable', what, { cause: error, ...(retryAfterMs && { retryAfterMs }) });
  }
  if (status === 403 && SUSPENDED.test(error.message)) {
    return new PermanentError('suspended', what, { cause: error });
  }
  const accepted = headers['x-accepted-github-permissions'];
  const needs = status === 403 && accepted ? ` (needs ${accepted})` : '';
  return new GitHubRefusal(status, `${what}${needs}`, error, accepted ? String(accepted) : null);
}

/**
 * What it means that no token could be had for an installation: where GitHub does not know it, the App was
 * uninstalled (a new installation has a new id), and everything behind it is gone; where it forbids it, the
 * installation is suspended. That the App itself is not believed (its key, or the clock here) is for its operator
 * to mend: until then everything waits.
 */
export function errorOfToken(thrown: unknown, installationId: string): CheckmendError {
  const error = errorOfRequest(thrown);
  if (isStatus(error, 'unauthorized')) {
    return new TransientError(
      'app_unauthorized',
      'GitHub does not accept the App: its id and private key, or the clock of this machine, are wrong',
      { cause: error },
    );
  }
  if (isStatus(error, 'forbidden')) {
    return new PermanentError('suspended', `installation ${installationId} is suspended`, { cause: error });
  }
  if (!isStatus(error, 'not_found') && !isStatus(error, 'gone')) return error;
  return new PermanentError('gone', `installation ${installationId} is gone`, { cause: error });
}

interface Answer {
  status: number;
  headers: Readonly<Record<string, string | number | undefined>>;
  data: unknown;
}

/** The answer that an error carries: a `RequestError`, or the throttling plugin's error for GraphQL's own limit. */
function answerOf(error: Error): Answer | null {
  if (!('response' in error) || typeof error.response !== 'object' || error.response === null) return null;
  const { status, headers, data } = error.response as Partial<Answer>;
  return typeof status === 'number' ? { status, headers: headers ?? {}, data } : null;
}

/** Milliseconds to wait where an answer is a rate limit, else null. */
function limitOf({ status, headers, data }: Answer): number | null {
  const limited = status === 403 || status === 429 || hasGraphqlLimit(data);
  if (!limited) return null;
  const asked = secondsOf(headers['retry-after']);
  if (asked) return asked;
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const resetAt = Number(headers['x-ratelimit-reset']) * 1000;
    const servedAt = Date.parse(String(headers.date));
    // Both times are GitHub's, so that a wrong clock here does not matter.
    const wait = Number.isFinite(resetAt - servedAt) ? resetAt - servedAt : SECONDARY_LIMIT_WAIT_MS;
    return Math.min(MAX_WAIT_MS, Math.max(1000, wait));
  }
  return status !== 403 || namesSecondaryLimit(data) ? SECONDARY_LIMIT_WAIT_MS : null;
}

/** A secondary limit without headers is told from a missing permission by the page that the answer points to. */
function namesSecondaryLimit(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('documentation_url' in data)) return false;
  return /#(?:about-)?secondary-rate-limits|#abuse-rate-limits/.test(String(data.documentation_url));
}

/** GraphQL answers 200 with this error type. Source: GitHub's "Rate limits … for the GraphQL API". */
function hasGraphqlLimit(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('errors' in data)) return false;
  const { errors } = data;
  return Array.isArray(errors) && errors.some((error: { type?: unknown }) => error?.type === 'RATE_LIMITED');
}

function secondsOf(header: string | number | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? Math.min(MAX_WAIT_MS, seconds * 1000) : null;
}
