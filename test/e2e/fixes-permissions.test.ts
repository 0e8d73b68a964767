import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUNNER_LOG, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

const SUGGEST_AT_ONCE = FIX_AT_ONCE.replace('mode: fix', 'mode: suggest');

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

  it('that may not comment says so in the timeline, and reports all the same', async () => {
    const repository = await story.repository('mute', SUGGEST_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, { files: { 'other.py': 'x = 1\n' } });
    await story.fail(pull);
    const { message } = await story.ruled(pull, 'verify');
    expect(message).toContain(
      'The comment was not written: the App lacks the permission "Pull requests: write"',
    );
    expect((await story.report(pull)).text).toContain('git apply');
    expect(await story.scenario.listComments(repository, pull.number)).toEqual([]);
  });

  it('that may not react obeys commands without a sign', async () => {
    const repository = await story.repository('still', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const id = await story.scenario.comment(repository, pull.number, '/checkmend pause', 'alice');
    await until(async () => {
      const lines = await story.timeline(pull);
      return lines.some(({ message }) => message.startsWith('alice: /checkmend pause: paused')) ? true : null;
    });
    expect(story.scenario.reactionsTo(repository, id)).toEqual([]);
    await story.fail(pull);
    await story.ruled(pull, 'paused');
  });
});
