import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story } from './story.ts';
import { FIX_AT_ONCE, fixture, until } from './support.ts';

const TEST_LOG = fixture('test/job.log');

/** A test fails now and then. Nobody is told that it is the change, and it is not run again until it passes. */
describe('a test', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('that failed and passed on one commit is called flaky when it fails again, with the evidence', async () => {
    const repository = await story.repository('clock', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const { runId } = await story.fail(pull, { name: 'test', log: TEST_LOG });
    await story.ruled(pull, 'diagnosis.no_fix');
    await story.pass(pull, { name: 'test' });

    const headSha = await story.scenario.push(repository, 'topic', { 'other.py': 'x = 1\n' });
    await story.fail({ ...pull, headSha }, { name: 'test', log: TEST_LOG });

    expect((await story.ruled(pull, 'flaky')).message).toContain('passed on 1 commit');
    const told = await until(async () => {
      const { summary } = await story.report(pull, headSha);
      return summary?.includes('flaky') ? summary : null;
    }, 60_000);
    expect(told).toContain('failed in this way and passed on 1 commit');
    expect(story.scenario.workflowRun(runId).attempt).toBe(1);
  });
});
