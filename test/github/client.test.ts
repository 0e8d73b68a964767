import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGitHubApp } from '../../src/github/app.ts';
import type { RepositoryClient } from '../../src/github/types.ts';
import { silentLogger } from '../../src/logger.ts';
import { type LocalGitHub, startLocalGitHub } from '../support/github/local-github.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';

describe('the client against a local GitHub', () => {
  let github: LocalGitHub;
  let client: RepositoryClient;
  let pull: OpenedPullRequest;
  const repository = 'acme/shop';

  beforeAll(async () => {
    github = await startLocalGitHub();
    await github.scenario.createRepository(repository, {
      files: { '.github/checkmend.yml': 'mode: fix\n', 'src/deep/a.txt': 'one\n' },
    });
    pull = await github.scenario.openPullRequest(repository, {
      branch: 'change',
      files: { 'src/deep/a.txt': 'two\n' },
    });
    const app = createGitHubApp({
      appId: github.app.id,
      privateKey: github.app.privateKey,
      apiUrl: github.url,
      logger: silentLogger(),
      throttle: false,
    });
    expect(await app.slug()).toBe(github.app.slug);
    client = app.repository(github.app.installationId, 'acme', 'shop');
  });

  afterAll(() => github.close());

  it('reads a pull request, with its head of now', async () => {
    expect(await client.getPullRequest(pull.number)).toMatchObject({
      number: pull.number,
      state: 'open',
      merged: false,
      headSha: pull.headSha,
      headRef: 'change',
      headRepository: repository,
      fork: false,
    });
    expect(await client.getPullRequest(999)).toBeNull();
    const sha = await github.scenario.push(repository, 'change', { 'b.txt': 'b' });
    expect(await client.getPullRequest(pull.number)).toMatchObject({ headSha: sha });
    pull.headSha = sha;
  });

  it('finds pull requests by their head, also where the route is missing', async () => {
    expect((await client.findPullRequestsByHead(pull.headSha)).map((it) => it.number)).toEqual([pull.number]);
    github.switchOff('commit-pulls');
    expect((await client.findPullRequestsByHead(pull.headSha)).map((it) => it.number)).toEqual([pull.number]);
    github.switchOn('commit-pulls');
    expect(await client.findPullRequestsByHead('0'.repeat(40))).toEqual([]);
  });

  it('reads check runs with their App, and the log of a job by redirect', async () => {
    const { runId, jobs } = await github.scenario.runActions(repository, {
      headSha: pull.headSha,
      jobs: [{ name: 'test', conclusion: 'failure', log: 'it broke\n' }],
    });
    const jobId = jobs.test ?? 0;
    expect(await client.getCheckRun(String(jobId))).toMatchObject({
      name: 'test',
      status: 'completed',
      conclusion: 'failure',
      appSlug: 'github-actions',
      detailsUrl: expect.stringContaining(`/actions/runs/${runId}/job/${jobId}`),
    });
    const log = await client.getJobLog(String(jobId));
    expect(log.state).toBe('available');
    if (log.state === 'available') expect(await new Response(log.stream).text()).toBe('it broke\n');
    expect(await client.listJobs(String(runId))).toMatchObject([
      { id: String(jobId), conclusion: 'failure' },
    ]);
    expect(await client.getWorkflowRun(String(runId))).toMatchObject({ runAttempt: 1, status: 'completed' });
    await client.rerunFailedJobs(String(runId));
    expect(await client.getWorkflowRun(String(runId))).toMatchObject({
      runAttempt: 2,
      status: 'queued',
    });
    await expect(client.rerunFailedJobs(String(runId))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('tells a log that is not there yet from one that is gone or never comes', async () => {
    const { jobs } = await github.scenario.runActions(repository, {
      headSha: pull.headSha,
      jobs: [{ name: 'slow' }],
    });
    const id = String(jobs.slow);
    expect(await client.getJobLog(id)).toEqual({ state: 'not_yet' });
    await github.scenario.completeCheckRun(repository, Number(id), 'failure');
    expect(await client.getJobLog(id)).toEqual({ state: 'gone' });
    const cancelled = await github.scenario.runActions(repository, {
      headSha: pull.headSha,
      jobs: [{ name: 'cancelled', conclusion: 'cancelled' }],
    });
    expect(await client.getJobLog(String(cancelled.jobs.cancelled))).toEqual({ state: 'never' });
    expect(await client.getJobLog('123456789')).toEqual({ state: 'gone' });
  });

  it('reads files at a commit with their modes, and the policy of the default branch', async () => {
    const [file, ...others] = await client.readFiles(pull.headSha, [
      'src/deep/a.txt',
      'src/deep',
      'nowhere/b.txt',
    ]);
    expect(others).toEqual([]);
    expect(file).toEqual({ path: 'src/deep/a.txt', mode: '100644', content: Buffer.from('two\n') });
    expect(await client.readDefaultBranchFile('.github/checkmend.yml')).toBe('mode: fix\n');
    expect(await client.readDefaultBranchFile('.github')).toBeNull();
    expect(await client.readDefaultBranchFile('nothing.yml')).toBeNull();
  });

  it.each(['graphql', 'rest'] as const)('commits by %s, only on the expected head', async (via) => {
    if (via === 'rest') github.switchOff('graphql');
    const change = { path: 'src/deep/a.txt', content: Buffer.from(`by ${via}\n`), mode: '100644' as const };
    const request = {
      repository,
      branch: 'change',
      expectedHeadSha: pull.headSha,
      headline: 'Fix',
      body: 'Checkmend-Fix: x',
      changes: [change],
    };
    const result = await client.createCommit(request);
    expect(result).toMatchObject({ status: 'committed', via });
    expect(String(await github.scenario.readFile(repository, 'change', change.path))).toBe(`by ${via}\n`);
    expect(await client.createCommit(request)).toEqual({ status: 'moved' });
    expect(await client.createCommit({ ...request, branch: 'no-such-branch' })).toEqual({ status: 'gone' });
    const commits = await client.listCommitsSince('change', pull.headSha);
    expect(commits.map((it) => it.message)).toEqual(['Fix\n\nCheckmend-Fix: x']);
    github.switchOn('graphql');
    pull.headSha = (await client.getBranchHead('change')) ?? '';
    expect((await client.getCommit(pull.headSha))?.parents).toHaveLength(1);
  });

  it('creates its check run once, and updates it after', async () => {
    const report = {
      name: 'Checkmend',
      headSha: pull.headSha,
      externalId: 'x',
      status: 'completed' as const,
      conclusion: 'neutral' as const,
    };
    const annotations = Array.from({ length: 120 }, (_, n) => ({
      path: 'a.py',
      startLine: n + 1,
      endLine: n + 1,
      level: 'failure' as const,
      message: 'm',
      title: null,
    }));
    const first = await client.upsertCheckRun({
      ...report,
      title: 'One',
      summary: 'é'.repeat(60_000),
      annotations,
    });
    expect(await client.upsertCheckRun({ ...report, title: 'Two', summary: 'short' })).toBe(first);
    const run = await client.getCheckRun(first);
    expect(run).toMatchObject({ outputTitle: 'Two', appId: github.app.id, externalId: 'x' });
    const posts = github.requests.entries.filter(
      (it) => it.method !== 'GET' && it.path.includes('/check-runs'),
    );
    expect(posts.map((it) => it.method)).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH']);
  });
});
