import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMAT_LOG, PRETTY, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE } from './support.ts';

/** What a repository protects, branches and paths, is not written to. */
describe('a repository', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('that protects the head branch gets suggestions instead of a commit', async () => {
    const repository = await story.repository('branch', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.scenario.protectBranch(repository, 'topic');
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    expect(await story.refusals(pull)).toEqual([expect.stringMatching(/^github\.(forbidden|refused)$/)]);
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pull.headSha);
  });

  it('or a pull request into the branch, where nothing can be suggested', async () => {
    const repository = await story.repository('stack', FIX_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, { files: { 'other.py': 'x = 1\n' } });
    await story.scenario.protectBranch(repository, 'topic');
    await story.fail(pull);
    const { result } = await story.applied(pull, 'open_pull_request');
    const stacked = await story.scenario.pullRequest(repository, Number(result?.slice(1)));
    expect(stacked).toMatchObject({ base: { ref: 'topic' }, user: { login: 'checkmend[bot]' } });
    const { ref } = stacked.head as { ref: string };
    expect((await story.scenario.readFile(repository, ref, 'prices.py'))?.toString()).toBe(PRETTY);
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pull.headSha);
  });

  it('is not written to at its default branch, though that is the head of a pull request', async () => {
    const repository = await story.repository('release', FIX_AT_ONCE);
    await story.scenario.push(repository, 'release', { 'RELEASE.md': '# 1\n' });
    const pull = await story.openPull(repository, { branch: 'main', base: 'release' });
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    expect(await story.refusals(pull)).toEqual(['head.default_branch']);
    expect(await story.scenario.branchHead(repository, 'main')).toBe(pull.headSha);
  });

  it('whose policy protects the path gets the cause, and no patch in any way', async () => {
    const repository = await story.repository('path', `${FIX_AT_ONCE}protected_paths: ['*.py']\n`);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const report = await story.report(pull);
    expect(report.summary).toContain('path.protected');
    expect(report.text ?? '').not.toContain('git apply');
    expect(await story.fixCommits(pull)).toEqual([]);
    expect(await story.scenario.listReviews(repository, pull.number)).toEqual([]);
  });

  it('is never written to below .github, whatever its policy', async () => {
    const repository = await story.repository('workflows', FIX_AT_ONCE);
    const files = { '.github/scripts/prices.py': UGLY };
    const pull = await story.openPull(repository, { files });
    const log = FORMAT_LOG.replaceAll('prices.py', '.github/scripts/prices.py');
    await story.fail(pull, { log });
    const report = await story.report(pull);
    expect(report.summary).toContain('diagnosis.no_fix');
    expect(await story.fixCommits(pull)).toEqual([]);
    expect(await story.scenario.listReviews(repository, pull.number)).toEqual([]);
  });
});
