import type { Octokit } from '@octokit/core';
import { type Clock, sleep } from '../clock.ts';
import { TransientError, toError } from '../errors.ts';
import type { InstallationBudget } from './budget.ts';
import { errorOfRequest, isStatus, statusOf } from './errors.ts';
import { EtagCache } from './etag-cache.ts';
import type { InstallationToken, InstallationTokens } from './tokens.ts';

/** Parameters of a route: path parameters, query or body. */
export type Parameters = Readonly<Record<string, unknown>>;

/** A successful answer. */
export interface Answer {
  status: number;
  data: unknown;
  headers: Headers;
}

/** Options of one request. */
export interface SendOptions {
  /** Answer with the body as a stream and do not follow a redirect; default false. */
  bare?: boolean;
  /** ETag of an answer that the caller keeps itself: unchanged, it is answered 304 with `data` null. */
  etag?: string;
}

/** Milliseconds in which a new token may not be known everywhere at GitHub yet (octokit/auth-app.js#65). */
const TOKEN_YOUTH_MS = 5000;
const TOKEN_RETRY_MS = 1000;

/** The wait for one that is believed doubles with each that is refused, this often at most: to ten minutes. */
const MAX_DOUBLINGS = 7;

/** A token that GitHub may not know everywhere yet. */
function isYoung({ ageMs, proven }: InstallationToken): boolean {
  return !proven && ageMs < TOKEN_YOUTH_MS;
}

/** Requests of one installation: its token, its budget, and the answers that it has in hand. */
export class InstallationConnection {
  readonly #octokit: Octokit;
  readonly #tokens: InstallationTokens;
  readonly #clock: Clock;
  readonly #budget: InstallationBudget;
  readonly #etags = new EtagCache();
  #refusedTokens = 0;

  constructor(octokit: Octokit, tokens: InstallationTokens, budget: InstallationBudget, clock: Clock) {
    this.#octokit = octokit;
    this.#tokens = tokens;
    this.#clock = clock;
    this.#budget = budget;
  }

  /**
   * One request. A token that is refused is replaced once; reads are conditional and, where GitHub does not answer,
   * tried twice; writes are sent once.
   * @throws TransientError, PermanentError as `RepositoryClient` says
   */
  async send(route: string, parameters: Parameters, options: SendOptions = {}): Promise<Answer> {
    let token = await this.#token(false);
    for (const left = { refresh: 1, wait: 1 }; ; ) {
      await this.#budget.admit(!isRead(route));
      try {
        const answer = await this.#request(route, parameters, token.value, options);
        this.#tokens.prove(token);
        this.#refusedTokens = 0;
        return answer;
      } catch (thrown) {
        const error = errorOfRequest(thrown);
        await this.#budget.note(error);
        const unauthorized = isStatus(error, 'unauthorized');
        if (isYoung(token) && (unauthorized || isStatus(error, 'forbidden')) && left.wait-- > 0) {
          await sleep(this.#clock, TOKEN_RETRY_MS);
        } else if (unauthorized && !isYoung(token) && left.refresh-- > 0) {
          token = await this.#token(true);
        } else {
          throw unauthorized ? this.#refused(error) : error;
        }
      }
    }
  }

  async #token(refresh: boolean): Promise<InstallationToken> {
    await this.#budget.checkOpen();
    try {
      return await this.#tokens.get(refresh);
    } catch (error) {
      await this.#budget.note(toError(error));
      throw error;
    }
  }

  /** A fresh token was refused: another one may do soon, or the App is not believed; the fault is not the message's. */
  #refused(error: Error): Error {
    return new TransientError('token_refused', 'GitHub refuses a fresh token', {
      cause: error,
      retryAfterMs: TOKEN_YOUTH_MS * 2 ** Math.min(this.#refusedTokens++, MAX_DOUBLINGS),
    });
  }

  async #request(
    route: string,
    parameters: Parameters,
    token: string,
    { bare = false, etag }: SendOptions,
  ): Promise<Answer> {
    const reading = isRead(route);
    const key = reading && !bare && etag === undefined ? `${route} ${JSON.stringify(parameters)}` : null;
    const known = key === null ? undefined : this.#etags.find(key);
    const ifNoneMatch = etag ?? known?.etag;
    try {
      const { status, data, headers } = await this.#octokit.request(route, {
        ...parameters,
        headers: {
          authorization: `token ${token}`,
          ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
        },
        request: {
          // A write whose answer was lost may have been done: its own mark is looked for, not sent again.
          ...(!reading && { retries: 0 }),
          ...(bare && { redirect: 'manual', parseSuccessResponseBody: false }),
        },
      });
      const answer = { status, data, headers: new Headers(stringValues(headers)) };
      if (key !== null) this.#etags.keep(key, answer);
      return answer;
    } catch (thrown) {
      if (statusOf(thrown) === 304) {
        if (known) return { status: 304, ...known };
        if (etag !== undefined) return { status: 304, data: null, headers: new Headers({ etag }) };
      }
      throw thrown;
    }
  }
}

function isRead(route: string): boolean {
  return route.startsWith('GET ');
}

function stringValues(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
