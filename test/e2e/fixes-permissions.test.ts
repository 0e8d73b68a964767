import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUNNER_LOG, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** The App was installed with less than it asks for: the report names what is missing. */
describe('an App', () => {
  let story: Story;
  const permissions = { metadata: 'read', checks: 'write', actions: 'read', contents: 'read' } as const;

  beforeAll(async () => {
    story = await Story.begin({ github: { permissions: { ...permissions, pull_requests: 'read' } } });
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('that may neither push nor review says so, and shows the patch', async () => {
    const repository = await story.repository('shop', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const shown = await until(async () => {
      const { summary, text } = await story.report(pull);
      return summary?.includes('lacks the permission') ? `${summary}${text}` : null;
    });
    expect(shown).toContain('git apply');
    expect(await story.refusals(pull)).toContain('github.forbidden');
    const reasons = (await story.attempts(pull)).map(({ strategy, reason }) => [strategy, reason]);
    expect(reasons).toContainEqual(['apply_patch', expect.stringContaining('"Contents: write"')]);
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('that may not re-run says so', async () => {
    const repository = await story.repository('runs', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const { runId } = await story.fail(pull, { name: 'build', log: RUNNER_LOG });
    const { message } = await story.ruled(pull, 'github.forbidden');
    expect(message).toContain('"Actions: write"');
    expect(story.scenario.workflowRun(runId).attempt).toBe(1);
  });
});
