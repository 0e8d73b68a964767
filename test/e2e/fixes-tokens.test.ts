import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Story } from './story.ts';
import { FIX_AT_ONCE } from './support.ts';

/** Tokens of an installation live an hour, and end sooner when somebody wants it so. */
describe('a token', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('that expires between the diagnosis and the commit is replaced, and the fix is made', async () => {
    const pull = await story.openPull(await story.repository('expired', FIX_AT_ONCE.replace('0s', '3s')));
    await story.fail(pull);
    await story.ruled(pull, 'wait.quiet_period');
    story.github.revokeTokens();
    await story.applied(pull, 'apply_patch');
    expect(await story.fixCommits(pull)).toHaveLength(1);
    expect(story.github.requests.entries.some(({ status }) => status === 401)).toBe(true);
  });

  it('that ends with its installation ends the work, and nothing is tried for ever', async () => {
    const pull = await story.openPull(await story.repository('gone', FIX_AT_ONCE.replace('0s', '4s')));
    await story.fail(pull);
    await story.ruled(pull, 'wait.quiet_period');
    await story.github.uninstall();
    const { length } = story.writes();
    // Everything that was known of the installation goes with it.
    expect(await story.attempts(pull)).toEqual([]);
    await story.stop();
    expect(story.writes()).toHaveLength(length);
    expect(await story.fixCommits(pull)).toEqual([]);
  });
});
