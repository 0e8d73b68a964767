import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { Logger } from '../logger.ts';
import { packageVersion } from '../version.ts';
import { Silence } from './silence.ts';

/** What Octokit is made of. */
export interface OctokitSettings {
  /** Base URL of the REST API. */
  apiUrl: string;
  logger: Logger;
  /** Space writes out by a second, as GitHub asks for. */
  throttle: boolean;
  userAgent?: string;
  /** Milliseconds until a request that was sent must be answered, body included; default 15 000. */
  requestTimeoutMs?: number;
}

/** Seconds that a limit may ask for and still be waited out in place; longer ones go back to the queue. */
const WAIT_IN_PLACE_SECONDS = 2;

/** GitHub ends what takes it more than 10 s. Source: GitHub's "Troubleshooting the REST API", timeouts. */
const REQUEST_TIMEOUT_MS = 15_000;

/** Milliseconds before a read that failed is tried again. */
const RETRY_DELAY_MS = 500;

/** Statuses that are an answer: asking again at once gets the same one, and while limited makes it worse. */
const ANSWERS = [400, 401, 403, 404, 409, 410, 422, 429, 451];

/**
 * Octokit with its throttling and retry plugins, kept from waiting long in place.
 * @param id what shares one throttle: an installation, so that one that is limited holds up no other
 */
export function createOctokit(settings: OctokitSettings, id: string): Octokit {
  const fetch = new Silence().guard(fetchWithin(settings.requestTimeoutMs));
  return new (octokitClass(settings, id))({ request: { fetch } });
}

/** The same as a class, for `@octokit/app` to make its own of. */
export function octokitClass(
  { apiUrl, logger, throttle, userAgent, requestTimeoutMs }: OctokitSettings,
  id: string,
): typeof Octokit {
  const log = logger.child({ part: 'octokit' });
  const onLimit = (retryAfter: number, request: object, _octokit: unknown, retryCount: number): boolean => {
    const again = retryAfter <= WAIT_IN_PLACE_SECONDS && retryCount < 1;
    log.warn({ retryAfter, again, throttleId: id, ...routeOf(request) }, 'GitHub limits the rate');
    return again;
  };
  return Octokit.plugin(retry, throttling).defaults({
    baseUrl: apiUrl,
    userAgent: userAgent ?? `checkmend/${packageVersion()}`,
    throttle: { enabled: throttle, id, onRateLimit: onLimit, onSecondaryRateLimit: onLimit },
    // What lasts longer than one quick try is the queue's to wait for. Not as `request.retries`: with that the
    // plugin also repeats what it should not (404, 422).
    retry: { retries: 1, retryAfterBaseValue: RETRY_DELAY_MS, doNotRetry: ANSWERS },
    request: { fetch: fetchWithin(requestTimeoutMs) },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => log.warn(message),
      error: (message: string) => log.debug(message),
    },
  });
}

/** The deadline counts from sending on: waiting for one's turn in the throttle is no failure of GitHub's. */
function fetchWithin(timeoutMs = REQUEST_TIMEOUT_MS): typeof fetch {
  return (input, init = {}) => {
    const signals = [AbortSignal.timeout(timeoutMs), ...(init.signal ? [init.signal] : [])];
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };
}

function routeOf(request: object): object {
  const { method, url } = request as { method?: string; url?: string };
  return { method, url };
}
