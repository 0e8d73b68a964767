import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommitRequest } from '../../src/github/types.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';
import { type Bench, REPOSITORY, startBench } from './support.ts';

describe('commits', () => {
  let bench: Bench;
  let pull: OpenedPullRequest;

  beforeAll(async () => {
    bench = await startBench({ '.github/checkmend.yml': 'mode: fix\n', 'dir/b.py': 'y=1\n' });
    await bench.github.scenario.push(REPOSITORY, 'main', {
      'run.sh': { content: '#!/bin/sh\n', mode: '100755' },
      link: { content: 'a.py', mode: '120000' },
    });
  });
  beforeEach(async () => {
    pull = await bench.github.scenario.openPullRequest(REPOSITORY, {
      files: { 'a.py': `x=${Math.random()}\n` },
    });
  });
  afterAll(() => bench.github.close());

  const request = (extra: Partial<CommitRequest> = {}): CommitRequest => ({
    repository: REPOSITORY,
    branch: pull.branch,
    expectedHeadSha: pull.headSha,
    headline: 'Format a.py',
    body: 'Checkmend-Fix: fix-1',
    changes: [{ path: 'a.py', content: Buffer.from('x = 2\n'), mode: '100644' }],
    ...extra,
  });
  const fileOf = async (path: string) =>
    (await bench.github.scenario.readFile(REPOSITORY, pull.branch, path))?.toString() ?? null;

  it.each(['graphql', 'rest'] as const)('makes one by %s on the expected head only', async (via) => {
    if (via === 'rest') bench.github.switchOff('graphql');
    try {
      const changes = [
        { path: 'a.py', content: Buffer.from('x = 2\n'), mode: '100644' as const },
        { path: 'new/c.py', content: Buffer.from([0, 255, 10]), mode: '100644' as const },
        { path: 'dir/b.py', content: null, mode: '100644' as const },
      ];
      const result = await bench.client.createCommit(request({ changes }));
      expect(result).toEqual({ status: 'committed', sha: expect.any(String), via });
      expect(await fileOf('a.py')).toBe('x = 2\n');
      expect(await fileOf('dir/b.py')).toBeNull();
      expect(await bench.github.scenario.readFile(REPOSITORY, pull.branch, 'new/c.py')).toEqual(
        Buffer.from([0, 255, 10]),
      );
      expect(await bench.client.createCommit(request())).toEqual({ status: 'moved' });
      expect(await bench.client.createCommit(request({ branch: 'nowhere' }))).toEqual({ status: 'gone' });
      const since = await bench.client.listCommitsSince(pull.branch, pull.headSha);
      expect(since).toEqual([
        expect.objectContaining({
          message: 'Format a.py\n\nCheckmend-Fix: fix-1',
          authorLogin: 'checkmend[bot]',
          authorIsBot: true,
          parents: [pull.headSha],
        }),
      ]);
    } finally {
      bench.github.switchOn('graphql');
    }
  });

  it('keeps the mode of a file that is executable', async () => {
    const changes = [
      { path: 'run.sh', content: Buffer.from('#!/bin/sh\nset -e\n'), mode: '100755' as const },
    ];
    const result = await bench.client.createCommit(request({ changes }));
    expect(result).toMatchObject({ status: 'committed', via: 'rest' });
    const [file] = await bench.client.readFiles(result.status === 'committed' ? result.sha : '', ['run.sh']);
    expect(file).toEqual({ path: 'run.sh', mode: '100755', content: Buffer.from('#!/bin/sh\nset -e\n') });
  });

  it.each(['graphql', 'rest'])('never overwrites what was pushed in between, by %s', async (via) => {
    const pushed = Promise.withResolvers<void>();
    const route = via === 'graphql' ? 'POST /graphql' : 'PATCH /repos/*/*/git/refs/**';
    const fault = bench.github.faults.add({ route, until: pushed.promise });
    const mode = via === 'graphql' ? ('100644' as const) : ('100755' as const);
    const changes = [{ path: 'a.py', content: Buffer.from('ours\n'), mode }];
    const commit = bench.client.createCommit(request({ changes }));
    while (fault.left > 0) await new Promise((resolve) => setImmediate(resolve));
    const theirs = await bench.github.scenario.push(REPOSITORY, pull.branch, { 'a.py': 'theirs\n' });
    pushed.resolve();
    expect(await commit).toEqual({ status: 'moved' });
    expect(await bench.client.getBranchHead(pull.branch)).toBe(theirs);
    expect(await fileOf('a.py')).toBe('theirs\n');
  });

  it('commits on branches whose names need encoding', async () => {
    const hostile = await bench.github.scenario.openPullRequest(REPOSITORY, {
      files: { 'a.py': 'x=9\n' },
      branch: 'a#b/%2e%2e/ü',
    });
    const target = { branch: hostile.branch, expectedHeadSha: hostile.headSha };
    const changes = [{ path: 'a.py', content: Buffer.from('x = 9\n'), mode: '100755' as const }];
    expect(await bench.client.createCommit(request({ ...target, changes }))).toMatchObject({ via: 'rest' });
    expect(await bench.client.listCommitsSince(hostile.branch, hostile.headSha)).toHaveLength(1);
  });

  it('commits to a fork that lets maintainers edit, and to no other', async () => {
    const open = await bench.github.scenario.openPullRequest(REPOSITORY, {
      files: { 'a.py': 'x=5\n' },
      fork: 'carol',
      branch: 'open',
    });
    const at = { repository: open.headRepository, branch: 'open', expectedHeadSha: open.headSha };
    expect(await bench.client.createCommit(request(at))).toMatchObject({ status: 'committed' });
    const [made] = await bench.client.listCommitsSince('open', open.headSha, open.headRepository);
    expect(made).toMatchObject({ authorLogin: 'checkmend[bot]' });
    const closed = await bench.github.scenario.openPullRequest(REPOSITORY, {
      files: { 'a.py': 'x=5\n' },
      fork: 'bob',
      maintainerCanModify: false,
    });
    const there = {
      repository: closed.headRepository,
      branch: closed.branch,
      expectedHeadSha: closed.headSha,
    };
    await expect(bench.client.createCommit(request(there))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('refuses a target that is not named in full', async () => {
    bench.github.requests.clear();
    for (const bad of [
      { repository: 'shop' },
      { repository: '/' },
      { branch: '' },
      { branch: 'refs/heads/main' },
      { expectedHeadSha: 'main' },
      { expectedHeadSha: '' },
      { changes: [] },
    ]) {
      await expect(bench.client.createCommit(request(bad))).rejects.toMatchObject({
        name: 'ValidationError',
      });
    }
    expect(bench.github.requests.count()).toBe(0);
  });

  it('says what rule of the repository refuses it', async () => {
    await bench.github.scenario.protectBranch(REPOSITORY, pull.branch);
    const by = (mode: '100644' | '100755') =>
      bench.client.createCommit(request({ changes: [{ path: 'a.py', content: Buffer.from(''), mode }] }));
    await expect(by('100644')).rejects.toMatchObject({ name: 'PermanentError', code: 'refused' });
    await expect(by('100755')).rejects.toMatchObject({ name: 'GitHubRefusal', code: 'conflict' });
    expect(await bench.client.getBranchHead(pull.branch)).toBe(pull.headSha);
  });

  it('reads files with their modes, without following a link', async () => {
    const head = (await bench.client.getBranchHead('main')) ?? '';
    const paths = ['run.sh', 'link', 'dir/b.py', 'dir', 'nowhere', 'a.py/under', '../a.py', 'dir/../a.py'];
    expect(await bench.client.readFiles(head, paths)).toEqual([
      { path: 'run.sh', mode: '100755', content: Buffer.from('#!/bin/sh\n') },
      { path: 'link', mode: '120000', content: Buffer.from('a.py') },
      { path: 'dir/b.py', mode: '100644', content: Buffer.from('y=1\n') },
    ]);
    expect(await bench.client.readFiles('0'.repeat(40), ['run.sh'])).toEqual([]);
  });

  it('reads a file of the default branch', async () => {
    expect(await bench.client.readDefaultBranchFile('.github/checkmend.yml')).toBe('mode: fix\n');
    expect(await bench.client.readDefaultBranchFile('.github')).toBeNull();
    expect(await bench.client.readDefaultBranchFile('no#such?file')).toBeNull();
  });

  it('reads one commit', async () => {
    expect(await bench.client.getCommit(pull.headSha)).toMatchObject({
      sha: pull.headSha,
      authorLogin: 'alice',
      authorIsBot: false,
      committedAt: expect.any(Number),
    });
    expect(await bench.client.getCommit('0'.repeat(40))).toBeNull();
  });
});
