import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayWrite } from '../../src/github/collaborators.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';
import { type Bench, REPOSITORY, startBench } from './support.ts';

const LINES = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
const text = (changes: Record<number, string> = {}) =>
  `${LINES.map((line, index) => changes[index + 1] ?? line).join('\n')}\n`;

describe('proposals', () => {
  let bench: Bench;
  let pull: OpenedPullRequest;

  beforeAll(async () => {
    bench = await startBench({ 'long.txt': text() });
    pull = await bench.github.scenario.openPullRequest(REPOSITORY, {
      files: { 'long.txt': text({ 4: 'four', 26: 'twenty-six' }), 'new.py': 'a\nb\n' },
      branch: 'topic',
      author: 'alice',
    });
  });
  afterAll(() => bench.github.close());

  const review = (line: number, changes = {}) => ({
    pullNumber: pull.number,
    commitSha: pull.headSha,
    body: 'Look',
    comments: [{ path: 'long.txt', startLine: line, line, body: 'here' }],
    ...changes,
  });

  it('lists the files of a pull request with their hunks', async () => {
    const files = await bench.client.listPullRequestFiles(pull.number);
    expect(files.map(({ path, status }) => [path, status])).toEqual([
      ['long.txt', 'modified'],
      ['new.py', 'added'],
    ]);
    expect(files[0]?.patch).toContain('+four');
  });

  it('writes one review with comments on lines, and finds it again', async () => {
    await bench.client.createReview({
      ...review(4),
      comments: [
        { path: 'long.txt', startLine: 4, line: 4, body: 'one line' },
        { path: 'new.py', startLine: 1, line: 2, body: 'two lines' },
      ],
    });
    const [seen] = await bench.github.scenario.listReviews(REPOSITORY, pull.number);
    expect(seen).toMatchObject({ author: 'checkmend[bot]', body: 'Look' });
    expect(seen?.comments).toEqual([
      { path: 'long.txt', line: 4, side: 'RIGHT', body: 'one line' },
      { path: 'new.py', line: 2, start_line: 1, start_side: 'RIGHT', side: 'RIGHT', body: 'two lines' },
    ]);
    expect(await bench.client.listReviews(pull.number)).toEqual([
      expect.objectContaining({ body: 'Look', pending: false, commitSha: pull.headSha }),
    ]);
  });

  it('is refused as a whole for a line outside of the diff', async () => {
    await expect(bench.client.createReview(review(15))).rejects.toMatchObject({ code: 'validation_failed' });
  });

  it('a pending review is seen by nobody, stands in the way of another, and can be deleted', async () => {
    const id = await bench.client.createReview(review(4, { pending: true, body: 'Only thinking' }));
    await expect(bench.client.createReview(review(4, { pending: true }))).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect((await bench.client.listReviews(pull.number)).filter(({ pending }) => pending)).toHaveLength(1);
    expect(await bench.github.scenario.listReviews(REPOSITORY, pull.number)).toHaveLength(1);
    await bench.client.deletePendingReview(pull.number, id);
    await bench.client.deletePendingReview(pull.number, id);
    expect((await bench.client.listReviews(pull.number)).filter(({ pending }) => pending)).toEqual([]);
  });

  it('makes branches of its own only, each once', async () => {
    expect(await bench.client.createBranch('checkmend/one', pull.headSha)).toBe('created');
    expect(await bench.client.createBranch('checkmend/one', pull.headSha)).toBe('exists');
    await expect(bench.client.createBranch('other', pull.headSha)).rejects.toMatchObject({ code: 'invalid' });
    await expect(bench.client.createBranch('checkmend/two', '0'.repeat(40))).rejects.toMatchObject({
      code: 'validation_failed',
    });
    expect(await bench.github.scenario.branchHead(REPOSITORY, 'checkmend/two')).toBeNull();
  });

  it('opens a pull request from a branch of its own, and finds it in any state', async () => {
    await bench.client.createBranch('checkmend/three', pull.headSha);
    await bench.client.createCommit({
      repository: REPOSITORY,
      branch: 'checkmend/three',
      expectedHeadSha: pull.headSha,
      headline: 'Fix',
      body: '',
      changes: [{ path: 'new.py', content: Buffer.from('c\n'), mode: '100644' }],
    });
    expect(await bench.client.findPullRequestByBranch('checkmend/three')).toBeNull();
    const request = { head: 'checkmend/three', base: 'topic', title: 'Fix', body: 'See' };
    const number = await bench.client.openPullRequest(request);
    await bench.github.scenario.close(REPOSITORY, number);
    expect(await bench.client.findPullRequestByBranch('checkmend/three')).toMatchObject({
      number,
      state: 'closed',
      baseRef: 'topic',
      author: 'checkmend[bot]',
    });
    await expect(bench.client.openPullRequest({ ...request, head: 'topic' })).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('merges the base into a head that stands where it should', async () => {
    await bench.github.scenario.push(REPOSITORY, 'main', { 'cure.py': 'cure = 1\n' });
    expect(await bench.client.compareCommits('main', pull.headSha)).toEqual({ aheadBy: 1, behindBy: 1 });
    expect(await bench.client.updateBranch(pull.number, '0'.repeat(40))).toBe('moved');
    expect(await bench.client.updateBranch(pull.number, pull.headSha)).toBe('accepted');
    const head = (await bench.client.getBranchHead('topic')) ?? '';
    expect((await bench.client.getCommit(head))?.parents[0]).toBe(pull.headSha);
    expect(await bench.client.compareCommits('main', head)).toMatchObject({ behindBy: 0 });
    const cure = await bench.github.scenario.readFile(REPOSITORY, 'topic', 'cure.py');
    expect(cure?.toString()).toBe('cure = 1\n');
    expect(await bench.client.compareCommits('main', '0'.repeat(40))).toBeNull();
  });

  it('is refused where there is nothing to merge', async () => {
    const head = (await bench.client.getBranchHead('topic')) ?? '';
    await expect(bench.client.updateBranch(pull.number, head)).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });

  it('knows who may write', async () => {
    expect(mayWrite(await bench.client.getPermission('alice'))).toBe(true);
    expect(mayWrite(await bench.client.getPermission('carol'))).toBe(false);
    expect(await bench.client.getPermission('nobody-of-that-name')).toBe('none');
  });
});
