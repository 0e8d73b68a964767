import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMAT_LOG, PRETTY, type Pull, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** The base is broken: nothing is mended that the pull request has not broken, and nothing of it is lost. */
describe('a failure that main has too', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  /** The formatter's check ends on what main is now; answers the check run. */
  async function onMain(repository: string, conclusion: 'failure' | 'success'): Promise<number> {
    const headSha = (await story.scenario.branchHead(repository, 'main')) ?? '';
    const jobs = [{ name: 'format', conclusion, log: FORMAT_LOG }];
    const run = await story.scenario.runActions(repository, { headSha, headBranch: 'main', jobs });
    return run.jobs.format ?? 0;
  }

  const summaryOf = (pull: Pull, words: string) =>
    until(async () => {
      const { summary } = await story.report(pull);
      return summary?.includes(words) ? summary : null;
    }, 60_000);

  it('is held, outlives a restart, and is mended when main has passed meanwhile', async () => {
    const repository = await story.repository('held', FIX_AT_ONCE);
    const checkOnMain = await onMain(repository, 'failure');
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'base.broken');
    expect(await summaryOf(pull, 'On hold')).toContain('the check fails on main');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pull.headSha);

    // Nobody hears of it: the first look at the repository after the start, within half a minute, finds it.
    await story.kill();
    await story.scenario.completeCheckRun(repository, checkOnMain, 'success');
    await story.start();

    await story.applied(pull, 'apply_patch');
    const file = await story.scenario.readFile(repository, 'topic', 'prices.py');
    expect(file?.toString()).toBe(PRETTY);
  }, 150_000);

  it('is mended by the cure that was pushed to main, which is merged into the branch', async () => {
    const repository = await story.repository('cured', FIX_AT_ONCE);
    await onMain(repository, 'failure');
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'base.broken');

    const cure = await story.scenario.push(repository, 'main', { 'cure.txt': 'cured\n' });
    await onMain(repository, 'success');

    await story.applied(pull, 'update_branch');
    const commits = await story.scenario.listCommits(repository, 'topic');
    expect(commits.map(({ sha }) => sha)).toContain(cure);
    expect(await story.fixCommits(pull)).toEqual([]);
  });
});
