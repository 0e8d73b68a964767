import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUNNER_LOG, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** What the policy file says is done; where it says nothing that can be understood, nothing is. */
describe('a policy file', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('that is broken switches all writing off but the report, which says what is wrong', async () => {
    const repository = await story.repository('broken', 'mode: fix\nquiet_perod: 0s\n');
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const report = await story.report(pull);
    expect(report.title).toContain('.github/checkmend.yml is broken');
    expect(report.summary).toContain('did you mean quiet\\_period');
    expect(await story.fixCommits(pull)).toEqual([]);
    expect(await story.scenario.listReviews(repository, pull.number)).toEqual([]);
  });

  it('in shadow mode has all decided and recorded, and nothing written', async () => {
    const repository = await story.repository('shadow', FIX_AT_ONCE.replace('fix', 'shadow'));
    const pull = await story.openPull(repository);
    const before = story.writes().length;
    await story.fail(pull);
    await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    const told = await until(async () => {
      const lines = (await story.timeline(pull)).filter(({ kind }) => kind === 'verdict');
      return lines.length === 2 ? lines.map(({ message }) => message).sort() : null;
    });
    expect(told).toEqual([
      expect.stringMatching(/^Shadow: would commit the patch/),
      expect.stringMatching(/^Shadow: would re-run the failed jobs/),
    ]);
    expect(story.writes().length).toBe(before);
  });

  it('with modes of its own for a check and a category has each done', async () => {
    const policy = `${FIX_AT_ONCE}categories:\n  infrastructure: report\nchecks:\n  - name: 'nightly *'\n    mode: off\n`;
    const repository = await story.repository('apart', policy);
    const pull = await story.openPull(repository);
    await story.fail(pull, { name: 'nightly format' });
    await story.ruled(pull, 'mode.off');
    const { runId } = await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    await story.ruled(pull, 'mode.report');
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    expect(story.scenario.workflowRun(runId).attempt).toBe(1);
    expect(await story.fixCommits(pull)).toHaveLength(1);
  });

  it('that comes into being is obeyed within a minute, without a restart', async () => {
    const repository = await story.repository('later', null);
    await story.scenario.push(repository, 'main', { '.github/checkmend.yml': 'mode: off\n' });
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'mode.off');
    expect(await story.scenario.listCheckRuns(repository, pull.headSha)).toHaveLength(1);
  });
});
