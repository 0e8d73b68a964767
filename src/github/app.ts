import { App } from '@octokit/app';
import { z } from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { parseAnswer, RepositoryApi } from './api.ts';
import { type BudgetLedger, type BudgetLimits, InstallationBudget } from './budget.ts';
import { InstallationConnection } from './connection.ts';
import { errorOfRequest } from './errors.ts';
import { AppHookDeliveries, type HookDeliveries } from './hook-deliveries.ts';
import { AppInstallations, type Installations } from './installations.ts';
import { LruMap } from './lru-map.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { createOctokit, octokitClass } from './octokit.ts';
import { OctokitRepositoryClient } from './repository-client.ts';
import { InstallationTokens } from './tokens.ts';
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
  /** Default the machine's own. */
  clock?: Clock;
  /** Default `checkmend/<version>`. */
  userAgent?: string;
  /** Space requests out as GitHub asks for (one write a second); default true. */
  throttle?: boolean;
  /** Where the requests of installations are counted; default in this process alone. */
  ledger?: BudgetLedger;
  /** Default {@link DEFAULT_LIMITS}. */
  limits?: BudgetLimits;
  /** Milliseconds until a request that was sent must be answered, body included; default 20 000. */
  requestTimeoutMs?: number;
}

/** Clients and connections kept; the one that was not used longest is dropped first. */
const MAX_CLIENTS = 500;

/** The GitHub App: tokens, throttling and retries are Octokit's own. */
export function createGitHubApp(
  options: GitHubAppOptions,
): GitHubApp & { readonly deliveries: HookDeliveries; readonly installations: Installations } {
  const { appId, privateKey, clock = systemClock, ledger = new MemoryLedger(), limits } = options;
  const settings = { throttle: true, ...options, apiUrl: options.apiUrl.replace(/\/+$/, '') };
  const app = new App({ appId, privateKey, Octokit: octokitClass(settings, `app ${appId}`) });
  const mint = (installationId: number, refresh: boolean): Promise<unknown> =>
    app.octokit.auth({ type: 'installation', installationId, refresh }) as Promise<unknown>;
  const connections = new LruMap<string, InstallationConnection>(MAX_CLIENTS);
  const clients = new LruMap<string, RepositoryClient>(MAX_CLIENTS);
  const connect = (installationId: string): InstallationConnection =>
    connections.getOr(installationId, () => {
      const tokens = new InstallationTokens(installationId, mint, clock);
      const budget = new InstallationBudget(ledger, installationId, clock, limits);
      return new InstallationConnection(createOctokit(settings, installationId), tokens, budget, clock);
    });
  let slug: Promise<string> | undefined;
  return {
    appId,
    deliveries: new AppHookDeliveries(app.octokit),
    installations: new AppInstallations(app.octokit, connect, { appId, apiUrl: settings.apiUrl }),
    slug() {
      slug ??= readSlug(app).catch((error: unknown) => {
        slug = undefined;
        throw error;
      });
      return slug;
    },
    repository(installationId, owner, repo) {
      return clients.getOr(`${installationId}/${owner}/${repo}`, () => {
        const where = { owner, repo, appId, apiUrl: settings.apiUrl };
        return new OctokitRepositoryClient(new RepositoryApi(where, () => connect(installationId)), clock);
      });
    },
  };
}

async function readSlug(app: App): Promise<string> {
  const { data } = await app.octokit.request('GET /app').catch((thrown: unknown) => {
    throw errorOfRequest(thrown);
  });
  return parseAnswer(z.object({ slug: z.string() }), data, 'GET /app').slug;
}
