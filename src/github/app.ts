import { App } from '@octokit/app';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { packageVersion } from '../version.ts';
import { RepositoryApi } from './api.ts';
import { errorOfRequest } from './errors.ts';
import { OctokitRepositoryClient } from './repository-client.ts';
import type { GitHubApp, RepositoryClient } from './types.ts';

/** Options of {@link createGitHubApp}. */
export interface GitHubAppOptions {
  /** The App's numeric id as text. */
  appId: string;
  /** PEM. */
  privateKey: string;
  /** Base URL of the REST API; `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server. */
  apiUrl: string;
  logger: Logger;
  /** Space requests out as GitHub asks for (one write a second); default true. */
  throttle?: boolean;
}

/** Seconds that a limit may ask for and still be waited out in place; longer ones go back to the queue. */
const WAIT_IN_PLACE_SECONDS = 2;

/** Clients kept; the one that was not used longest is dropped first. */
const MAX_CLIENTS = 500;

/** The GitHub App: tokens, throttling and retries are Octokit's own. */
export function createGitHubApp(options: GitHubAppOptions): GitHubApp {
  const app = new App({ appId: options.appId, privateKey: options.privateKey, Octokit: octokitOf(options) });
  const clients = new Map<string, RepositoryClient>();
  let slug: Promise<string> | undefined;
  return {
    appId: options.appId,
    slug() {
      slug ??= readSlug(app).catch((error: unknown) => {
        slug = undefined;
        throw error;
      });
      return slug;
    },
    repository(installationId, owner, repo) {
      const key = `${installationId}/${owner}/${repo}`;
      const octokit = () => app.getInstallationOctokit(Number(installationId));
      const client = clients.get(key) ?? new OctokitRepositoryClient(new RepositoryApi(owner, repo, octokit));
      clients.delete(key);
      clients.set(key, client);
      if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value ?? key);
      return client;
    },
  };
}

async function readSlug(app: App): Promise<string> {
  try {
    const { data } = await app.octokit.request('GET /app');
    return z.object({ slug: z.string() }).parse(data).slug;
  } catch (thrown) {
    throw errorOfRequest(thrown);
  }
}

function octokitOf({ apiUrl, logger, throttle = true }: GitHubAppOptions): typeof Octokit {
  const log = logger.child({ part: 'octokit' });
  const onLimit = (retryAfter: number, request: object, _octokit: unknown, retryCount: number): boolean => {
    const again = retryAfter <= WAIT_IN_PLACE_SECONDS && retryCount < 1;
    log.warn({ retryAfter, again, ...routeOf(request) }, 'GitHub limits the rate');
    return again;
  };
  return Octokit.plugin(retry, throttling).defaults({
    baseUrl: apiUrl,
    userAgent: `checkmend/${packageVersion()}`,
    throttle: { enabled: throttle, onRateLimit: onLimit, onSecondaryRateLimit: onLimit },
    // What lasts longer than one quick try is the queue's to wait for.
    retry: { retryAfterBaseValue: 500 },
    request: { retries: 1 },
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string) => log.warn(message),
      error: (message: string) => log.debug(message),
    },
  });
}

function routeOf(request: object): object {
  const { method, url } = request as { method?: string; url?: string };
  return { method, url };
}
