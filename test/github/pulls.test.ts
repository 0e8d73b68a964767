import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';
import { type Bench, REPOSITORY, startBench } from './support.ts';

describe('pull requests', () => {
  let bench: Bench;
  let own: OpenedPullRequest;
  let forked: OpenedPullRequest;

  beforeAll(async () => {
    bench = await startBench();
    const { scenario } = bench.github;
    own = await scenario.openPullRequest(REPOSITORY, {
      files: { 'a.py': 'x=2\n' },
      branch: 'topic/fix#1 100%',
      title: 'Tidy',
      author: 'alice',
      labels: ['wip'],
    });
    forked = await scenario.openPullRequest(REPOSITORY, { files: { 'a.py': 'x=3\n' }, fork: 'carol' });
  });
  afterAll(() => bench.github.close());

  it('reads one, with what Checkmend needs of it', async () => {
    expect(await bench.client.getPullRequest(own.number)).toEqual({
      id: own.id,
      number: own.number,
      state: 'open',
      merged: false,
      draft: false,
      title: 'Tidy',
      author: 'alice',
      labels: ['wip'],
      headSha: own.headSha,
      headRef: 'topic/fix#1 100%',
      headRepository: REPOSITORY,
      headRepositoryId: expect.stringMatching(/^\d+$/),
      baseSha: await bench.github.scenario.branchHead(REPOSITORY, 'main'),
      baseRef: 'main',
      fork: false,
      headIsDefault: false,
      headUser: null,
      maintainerCanModify: false,
      updatedAt: expect.any(Number),
    });
  });

  it('reads one from a fork, with whether it may be pushed to', async () => {
    expect(await bench.client.getPullRequest(forked.number)).toMatchObject({
      fork: true,
      headRepository: 'carol/shop',
      headUser: 'carol',
      headIsDefault: false,
      maintainerCanModify: true,
    });
  });

  it('answers null for a number that is not there', async () => {
    expect(await bench.client.getPullRequest(4711)).toBeNull();
  });

  it('follows the head of its branch', async () => {
    const sha = await bench.github.scenario.push(REPOSITORY, own.branch, { 'b.py': 'y=1\n' });
    expect((await bench.client.getPullRequest(own.number))?.headSha).toBe(sha);
    expect(await bench.client.getBranchHead(own.branch)).toBe(sha);
    own.headSha = sha;
  });

  it('finds open ones by their head, also from a fork', async () => {
    const numbers = async (sha: string) =>
      (await bench.client.findPullRequestsByHead(sha)).map(({ number }) => number);
    expect(await numbers(own.headSha)).toEqual([own.number]);
    expect(await numbers(forked.headSha)).toEqual([forked.number]);
    expect(await numbers('0'.repeat(40))).toEqual([]);
  });

  it('finds them by listing where the route is missing', async () => {
    bench.github.switchOff('commit-pulls');
    const found = await bench.client.findPullRequestsByHead(own.headSha);
    bench.github.switchOn('commit-pulls');
    expect(found.map(({ number }) => number)).toEqual([own.number]);
  });

  it('does not take a pull request of another repository for one of this', async () => {
    // The other way round: the base's commit proposed to the fork, under a number that means another thing here.
    await bench.github.scenario.push('carol/shop', 'side', { 'c.py': 'z=1\n' });
    const sha = (await bench.github.scenario.branchHead(REPOSITORY, own.branch)) ?? '';
    bench.github.faults.add({
      route: 'GET /repos/{owner}/{repo}/commits/{sha}/pulls',
      status: 200,
      body: [
        {
          id: 1,
          number: 77,
          state: 'open',
          merged_at: null,
          title: 'upstream',
          user: null,
          labels: [],
          updated_at: '2026-01-01T00:00:00Z',
          head: { sha, ref: 'x', repo: { id: 1, full_name: REPOSITORY } },
          base: { sha, ref: 'main', repo: { id: 2, full_name: 'upstream/shop' } },
        },
      ],
    });
    expect((await bench.client.findPullRequestsByHead(sha)).map(({ number }) => number)).toEqual([
      own.number,
    ]);
  });

  it('lists the open ones, and no closed or merged one', async () => {
    const closed = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'd.py': '' } });
    await bench.github.scenario.close(REPOSITORY, closed.number);
    const merged = await bench.github.scenario.openPullRequest(REPOSITORY, { files: { 'e.py': '' } });
    await bench.github.scenario.merge(REPOSITORY, merged.number);
    const open = await bench.client.listOpenPullRequests();
    expect(open.map(({ number }) => number).sort()).toEqual([own.number, forked.number]);
    expect(await bench.client.getPullRequest(closed.number)).toMatchObject({
      state: 'closed',
      merged: false,
    });
    expect(await bench.client.getPullRequest(merged.number)).toMatchObject({ state: 'closed', merged: true });
  });
});
