import { systemClock } from '../../src/clock.ts';
import { createGitHubApp, type GitHubAppOptions } from '../../src/github/app.ts';
import type { RepositoryClient } from '../../src/github/types.ts';
import { silentLogger } from '../../src/logger.ts';
import {
  type LocalGitHub,
  type LocalGitHubOptions,
  startLocalGitHub,
} from '../support/github/local-github.ts';

/** The repository of these tests. */
export const REPOSITORY = 'acme/shop';

/** A local GitHub with the repository, and a client for it. */
export interface Bench {
  github: LocalGitHub;
  client: RepositoryClient;
}

export async function startBench(
  files: Record<string, string> = {},
  options: LocalGitHubOptions = {},
  app: Partial<GitHubAppOptions> = {},
): Promise<Bench> {
  const github = await startLocalGitHub(options);
  await github.scenario.createRepository(REPOSITORY, { files: { 'a.py': 'x=1\n', ...files } });
  return { github, client: clientOf(github, app) };
}

export function clientOf(github: LocalGitHub, options: Partial<GitHubAppOptions> = {}): RepositoryClient {
  return appOf(github, options).repository(github.app.installationId, 'acme', 'shop');
}

export function appOf(github: LocalGitHub, options: Partial<GitHubAppOptions> = {}) {
  return createGitHubApp({
    appId: github.app.id,
    privateKey: github.app.privateKey,
    apiUrl: github.url,
    logger: silentLogger(),
    clock: systemClock,
    throttle: false,
    ...options,
  });
}

export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}
