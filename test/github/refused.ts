import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import { afterEach, beforeAll, expect } from 'vitest';
import { createGitHubApp, type GitHubAppOptions } from '../../src/github/app.ts';
import type { RepositoryClient } from '../../src/github/types.ts';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';

/** Address of the GitHub that refuses; nothing leaves this process. */
export const API = 'https://github.example';
export const SHA = 'a'.repeat(40);

let privateKey: string;

/** Begins without a network, and leaves no answer unused. */
export function refuseEverythingElse(): void {
  beforeAll(() => {
    const format = { type: 'pkcs1', format: 'pem' } as const;
    ({ privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: format,
      publicKeyEncoding: format,
    }));
    nock.disableNetConnect();
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    expect(unused).toEqual([]);
  });
}

/** A client and what it stands on. */
export interface Refused {
  client: RepositoryClient;
  clock: ManualClock;
  installationId: string;
}

let installations = 0;

/** A client without a token; `mints` tokens can be had. */
export function newClient(
  options: Partial<GitHubAppOptions> = {},
  mints = 1,
  installationId = String(++installations),
): Refused {
  const clock = new ManualClock();
  for (let n = 1; n <= mints; n++) mint(installationId).reply(201, tokenAnswer(`${installationId}_${n}`));
  const app = createGitHubApp({
    appId: '1',
    privateKey,
    apiUrl: API,
    logger: silentLogger(),
    clock,
    throttle: false,
    ...options,
  });
  return { client: app.repository(installationId, 'acme', 'shop'), clock, installationId };
}

/** A client that has had its token for a minute: what is refused is not the token's fault. */
export async function settledClient(options: Partial<GitHubAppOptions> = {}, mints = 1): Promise<Refused> {
  const made = newClient(options, mints);
  nock(API).get('/repos/acme/shop/pulls/1').reply(404, {});
  await made.client.getPullRequest(1);
  await made.clock.advance(60_000);
  return made;
}

export function mint(installationId: string, api = API): nock.Interceptor {
  return nock(api).post(`/app/installations/${installationId}/access_tokens`);
}

export function tokenAnswer(name: string) {
  return { token: `ghs_${name}`, expires_at: '2099-01-01T00:00:00Z', permissions: {} };
}

/** The route of `getPullRequest(7)`. */
export function pullRoute(): nock.Interceptor {
  return nock(API).get('/repos/acme/shop/pulls/7');
}

/** A commit of one file on `topic`, expected at {@link SHA}. */
export function commit(client: RepositoryClient) {
  return client.createCommit({
    repository: 'acme/shop',
    branch: 'topic',
    expectedHeadSha: SHA,
    headline: 'Fix',
    body: '',
    changes: [{ path: 'a.py', content: Buffer.from('x\n'), mode: '100644' }],
  });
}
