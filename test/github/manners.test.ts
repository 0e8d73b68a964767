import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appOf, type Bench, clientOf, REPOSITORY, startBench } from './support.ts';

describe('manners', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench({ '.github/checkmend.yml': 'mode: fix\n' });
  });
  afterEach(() => bench.github.close());

  it('asks for what it has in hand with its ETag', async () => {
    const { client, github } = bench;
    expect(await client.readDefaultBranchFile('.github/checkmend.yml')).toBe('mode: fix\n');
    expect(await client.readDefaultBranchFile('.github/checkmend.yml')).toBe('mode: fix\n');
    const statuses = () =>
      github.requests.entries.filter(({ path }) => path.includes('/contents/')).map(({ status }) => status);
    expect(statuses()).toEqual([200, 304]);
    await github.scenario.push(REPOSITORY, 'main', { '.github/checkmend.yml': 'mode: report\n' });
    expect(await client.readDefaultBranchFile('.github/checkmend.yml')).toBe('mode: report\n');
    expect(statuses()).toEqual([200, 304, 200]);
  });

  it('mints one token for many requests at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => bench.client.getPullRequest(n + 1)));
    expect(bench.github.requests.count('POST /app/installations/*/access_tokens')).toBe(1);
  });

  it('sends no request twice that was refused', async () => {
    bench.github.requests.clear();
    await bench.client.getPullRequest(77);
    await bench.client.getCheckRun('77');
    expect(bench.github.requests.byRoute()).toEqual({
      'POST /app/installations/{id}/access_tokens': 1,
      'GET /repos/{owner}/{repo}/pulls/{id}': 1,
      'GET /repos/{owner}/{repo}/check-runs/{id}': 1,
    });
  });

  it('goes on with another token where the one in hand was revoked', async () => {
    const pull = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
    await bench.client.getPullRequest(pull.number);
    bench.github.revokeTokens();
    expect(await bench.client.getPullRequest(pull.number)).toMatchObject({ number: pull.number });
    expect(bench.github.requests.count('POST /app/installations/*/access_tokens')).toBe(2);
  });

  it('says that the installation is gone, not that the pull request is', async () => {
    const pull = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
    await bench.client.getPullRequest(pull.number);
    await bench.github.uninstall();
    await expect(bench.client.getPullRequest(pull.number)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'gone',
    });
  });

  it('writes at most one thing a second while throttled', async () => {
    const pull = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
    const client = clientOf(bench.github, { throttle: true });
    const report = {
      name: 'Checkmend',
      headSha: pull.headSha,
      status: 'in_progress',
      title: 't',
      summary: 's',
    } as const;
    await client.upsertCheckRun({ ...report, externalId: 'one' });
    await client.upsertCheckRun({ ...report, externalId: 'two' });
    const [first, second] = bench.github.requests.entries.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/check-runs'),
    );
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
  });

  it('gives up on a request that is not answered, and sends a write once', async () => {
    const client = clientOf(bench.github, { requestTimeoutMs: 100 });
    await client.getPullRequest(1);
    const never = Promise.withResolvers<void>();
    const fault = bench.github.faults.add({ route: '* /repos/**', times: 9, until: never.promise });
    const late = { name: 'TransientError', code: 'network' };
    await expect(client.getPullRequest(2)).rejects.toMatchObject(late);
    expect(fault.left).toBe(7);
    await expect(client.rerunFailedJobs('1')).rejects.toMatchObject(late);
    expect(fault.left).toBe(6);
    never.resolve();
  });

  it('waits with one request at once for GitHub that does not answer, until it does', async () => {
    const client = clientOf(bench.github, { requestTimeoutMs: 200 });
    await client.getPullRequest(1);
    const never = Promise.withResolvers<void>();
    const fault = bench.github.faults.add({ route: '* /repos/**', times: 99, until: never.promise });
    const crowd = Array.from({ length: 5 }, (_, n) => client.getPullRequest(n + 2));
    const ends = await Promise.allSettled(crowd);
    expect(ends.map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    // All five went out before it was known; of their second tries one.
    expect(99 - fault.left).toBe(6);
    await Promise.allSettled([client.getPullRequest(8), client.getPullRequest(9)]);
    expect(99 - fault.left).toBeLessThanOrEqual(9);
    never.resolve();
    bench.github.faults.clear();
    await client.getPullRequest(1);
    await Promise.all([client.getPullRequest(1), client.getPullRequest(1)]);
  });

  it('reads its own slug, and tries again where that failed', async () => {
    const app = appOf(bench.github);
    bench.github.faults.add({ route: 'GET /app', status: 503, times: 2 });
    await expect(app.slug()).rejects.toMatchObject({ name: 'TransientError' });
    expect(await app.slug()).toBe('checkmend');
    await app.slug();
    expect(bench.github.requests.count('GET /app')).toBe(3);
  });
});

describe('a permission that is missing', () => {
  it('is named', async () => {
    const { github, client } = await startBench({}, { permissions: { metadata: 'read', checks: 'read' } });
    try {
      const pull = await github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
      const report = { name: 'Checkmend', headSha: pull.headSha, externalId: 'x', title: 't', summary: 's' };
      await expect(client.upsertCheckRun({ ...report, status: 'in_progress' })).rejects.toMatchObject({
        code: 'forbidden',
        acceptedPermissions: 'checks=write',
      });
    } finally {
      await github.close();
    }
  });
});

describe('an Enterprise Server', () => {
  it('has its API under /api/v3, and may lack routes', async () => {
    const { github, client } = await startBench(
      {},
      { enterprise: true, switchedOff: ['graphql', 'commit-pulls'] },
    );
    try {
      const pull = await github.scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=2\n' } });
      expect(await client.findPullRequestsByHead(pull.headSha)).toHaveLength(1);
      const request = {
        repository: REPOSITORY,
        branch: pull.branch,
        expectedHeadSha: pull.headSha,
        headline: 'Fix',
        body: '',
        changes: [{ path: 'a.py', content: Buffer.from('x = 2\n'), mode: '100644' as const }],
      };
      const first = await client.createCommit(request);
      expect(first).toMatchObject({ status: 'committed', via: 'rest' });
      github.switchOn('graphql');
      const expectedHeadSha = first.status === 'committed' ? first.sha : '';
      expect(await client.createCommit({ ...request, expectedHeadSha })).toMatchObject({ via: 'graphql' });
    } finally {
      await github.close();
    }
  });
});
