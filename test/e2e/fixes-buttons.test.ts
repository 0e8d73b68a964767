import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMAT_LOG, PRETTY, type Pull, PYTEST_LOG, RUNNER_LOG, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

const SUGGEST_AT_ONCE = FIX_AT_ONCE.replace('mode: fix', 'mode: suggest');

/** The report has buttons where they would do something; who presses one is asked for their own permission first. */
describe('a button of the report', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  /** The report, once it offers a button. */
  async function offering(pull: Pull, identifier: string) {
    return await until(async () => {
      const report = await story.report(pull);
      return report.actions.some((action) => action.identifier === identifier) ? report : null;
    }, 60_000);
  }

  it('"Apply fix" commits the patch that the policy only suggested', async () => {
    const pull = await story.openPull(await story.repository('apply', SUGGEST_AT_ONCE));
    await story.fail(pull);
    const report = await offering(pull, 'fix');
    expect(report.actions).toEqual([
      { label: 'Apply fix', description: 'Commit the patch to the head branch', identifier: 'fix' },
      { label: 'Ignore', description: 'Leave these failures alone from now on', identifier: 'ignore' },
    ]);
    expect(await story.fixCommits(pull)).toEqual([]);
    await story.scenario.pressButton(pull.repository, report.id, 'fix', 'alice');
    const { result } = await story.applied(pull, 'apply_patch');
    const [commit, ...more] = await story.fixCommits(pull);
    expect([commit?.sha, more]).toEqual([result, []]);
    const told = await until(async () => {
      const { summary, conclusion, actions } = await story.report(pull);
      return conclusion === 'success' ? { summary, actions } : null;
    });
    expect(told.summary).toContain(', as `alice` asked.');
    expect(told.actions).toEqual([]);
  });

  it('pressed twice is one commit', async () => {
    const pull = await story.openPull(await story.repository('twice', SUGGEST_AT_ONCE));
    await story.fail(pull);
    const { id } = await offering(pull, 'fix');
    await Promise.all([1, 2, 3].map(() => story.scenario.pressButton(pull.repository, id, 'fix', 'alice')));
    await story.applied(pull, 'apply_patch');
    await story.scenario.pressButton(pull.repository, id, 'fix', 'alice');
    await story.ruled(pull, 'head.moved');
    expect(await story.fixCommits(pull)).toHaveLength(1);
  });

  it('"Apply fix" commits all patches of the head at once', async () => {
    const files = { 'prices.py': UGLY, 'costs.py': UGLY };
    const pull = await story.openPull(await story.repository('all', SUGGEST_AT_ONCE), { files });
    await story.fail(pull);
    await story.fail(pull, { name: 'style', log: FORMAT_LOG.replaceAll('prices.py', 'costs.py') });
    const { id } = await until(async () => {
      const report = await offering(pull, 'fix');
      return report.summary?.includes('style') && report.summary.includes('format') ? report : null;
    });
    await story.scenario.pressButton(pull.repository, id, 'fix', 'alice');
    await story.applied(pull, 'apply_patch');
    await until(async () => ((await story.report(pull)).conclusion === 'success' ? true : null));
    expect(await story.fixCommits(pull)).toHaveLength(1);
    for (const file of Object.keys(files)) {
      expect(String(await story.scenario.readFile(pull.repository, pull.branch, file))).toBe(PRETTY);
    }
  });

  it('"Re-run" runs failed jobs again, though a test failed and not the infrastructure', async () => {
    const pull = await story.openPull(await story.repository('rerun', null));
    const { runId } = await story.fail(pull, { name: 'tests', log: PYTEST_LOG });
    const report = await offering(pull, 'rerun');
    expect(report.actions.map(({ label }) => label)).toEqual(['Re-run', 'Ignore']);
    expect(story.scenario.workflowRun(runId).attempt).toBe(1);
    await story.scenario.pressButton(pull.repository, report.id, 'rerun', 'alice');
    await story.applied(pull, 'rerun_failed_jobs');
    expect(story.scenario.workflowRun(runId).attempt).toBe(2);
  });

  it('"Ignore" has the failure left alone from then on, also when it comes again', async () => {
    const pull = await story.openPull(await story.repository('ignore', SUGGEST_AT_ONCE));
    await story.fail(pull, { name: 'tests', log: PYTEST_LOG });
    const { id } = await offering(pull, 'ignore');
    await story.scenario.pressButton(pull.repository, id, 'ignore', 'alice');
    const told = await until(async () => {
      const report = await story.report(pull);
      return report.conclusion === 'success' ? report : null;
    });
    expect(told.summary).toContain('alice said to leave this failure alone');
    expect(told.actions).toEqual([]);
    const headSha = await story.scenario.push(pull.repository, pull.branch, { 'more.py': 'x = 1\n' });
    await story.fail(pull, { name: 'tests', log: PYTEST_LOG, headSha });
    await story.ruled(pull, 'ignored');
    const runs = await story.scenario.listCheckRuns(pull.repository, headSha);
    expect(runs.filter(({ app }) => app === story.github.app.slug)).toEqual([]);
  });

  it('pressed by somebody who may not write does nothing, and says so kindly', async () => {
    const pull = await story.openPull(await story.repository('stranger', SUGGEST_AT_ONCE));
    await story.fail(pull);
    const { id } = await offering(pull, 'fix');
    await story.scenario.pressButton(pull.repository, id, 'fix', 'bob');
    const told = await until(async () => {
      const { summary } = await story.report(pull);
      return summary?.includes('bob') ? summary : null;
    });
    expect(told).toContain('Thank you, but only people with write access');
    await story.ruled(pull, 'person.no_write_access');
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('is not there where nothing is left to do', async () => {
    const pull = await story.openPull(await story.repository('none', FIX_AT_ONCE));
    await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    await story.applied(pull, 'rerun_failed_jobs');
    const { actions } = await until(async () => {
      const report = await story.report(pull);
      return report.conclusion === 'success' ? report : null;
    });
    expect(actions).toEqual([]);
  });

  it('of GitHub itself, "Re-run" of the report, has everything looked at again', async () => {
    const repository = await story.repository('again', 'mode: off\n');
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.ruled(pull, 'mode.off');
    const other = await story.repository('look', SUGGEST_AT_ONCE);
    const seen = await story.openPull(other);
    await story.fail(seen);
    const { id } = await offering(seen, 'fix');
    await story.scenario.rerequest(other, id, 'alice');
    await until(async () => {
      const told = (await story.timeline(seen)).map(({ message }) => message);
      return told.some((line) => line.endsWith('failed checks that are looked at again: 1')) ? true : null;
    });
    expect(await story.scenario.listReviews(other, seen.number)).toHaveLength(1);
  });
});
