import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMAT_LOG, RUNNER_LOG, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

const MONTH_MS = 31 * 24 * 3_600_000;

/** Infrastructure failed: the jobs run again, but never so that a real failure is hidden. */
describe('a run', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('whose runner was lost is run again, in the default mode too, and that is told', async () => {
    const repository = await story.repository('lost', null);
    const pull = await story.openPull(repository);
    const { runId } = await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    expect(await story.applied(pull, 'rerun_failed_jobs')).toMatchObject({ result: 'attempt 2' });
    expect(story.scenario.workflowRun(runId).attempt).toBe(2);
    const told = await until(async () => {
      const { summary } = await story.report(pull);
      return summary?.includes('Re-run') ? summary : null;
    });
    expect(told).toContain('rerun.transient');
  });

  it('that fails in the same way again is not run a third time', async () => {
    const repository = await story.repository('twice', null);
    const pull = await story.openPull(repository);
    const { runId } = await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    await story.applied(pull, 'rerun_failed_jobs');
    const [job] = story.scenario.workflowRun(runId).jobs;
    story.scenario.setLog(job?.id ?? 0, RUNNER_LOG);
    await story.scenario.completeCheckRun(repository, job?.id ?? 0, 'failure');
    await story.ruled(pull, 'rerun.repeat');
    expect(story.scenario.workflowRun(runId).attempt).toBe(2);
  });

  it('in which one job really failed is not run again', async () => {
    const repository = await story.repository(
      'mixed',
      'mode: report\ncategories:\n  infrastructure: suggest\n',
    );
    const pull = await story.openPull(repository);
    const { runId } = await story.scenario.runActions(repository, {
      headSha: pull.headSha,
      headBranch: pull.branch,
      jobs: [
        { name: 'build', conclusion: 'failure', log: RUNNER_LOG },
        { name: 'format', conclusion: 'failure', log: FORMAT_LOG },
      ],
    });
    await story.ruled(pull, 'rerun.not_all_transient');
    expect(story.scenario.workflowRun(runId).attempt).toBe(1);
  });

  it('that is older than GitHub re-runs is left alone', async () => {
    const repository = await story.repository('old', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const over = Promise.withResolvers<void>();
    story.github.faults.add({
      route: 'GET /repos/acme/old/actions/runs/*',
      times: Number.POSITIVE_INFINITY,
      until: over.promise,
    });
    const { runId } = await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    story.scenario.ageWorkflowRun(runId, MONTH_MS);
    over.resolve();
    await story.ruled(pull, 'rerun.too_old');
    expect(story.scenario.workflowRun(runId).attempt).toBe(1);
  });
});
