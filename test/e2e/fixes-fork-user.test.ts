import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRETTY, Story } from './story.ts';
import { FIX_AT_ONCE } from './support.ts';

/** A fork that a user owns: its owner decides whether maintainers may push to it. */
describe('a pull request from a fork of a user', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('is mended by a commit in the fork, where edits by maintainers are allowed', async () => {
    const repository = await story.repository('open', FIX_AT_ONCE);
    const pull = await story.openPull(repository, { fork: 'carol' });
    await story.fail(pull);
    const { result } = await story.applied(pull, 'apply_patch');
    expect(await story.scenario.branchHead('carol/open', 'topic')).toBe(result);
    const file = await story.scenario.readFile('carol/open', 'topic', 'prices.py');
    expect(file?.toString()).toBe(PRETTY);
    expect(await story.scenario.branchHead(repository, 'topic')).toBeNull();
  });

  it('gets suggestions, where they are not', async () => {
    const repository = await story.repository('closed', FIX_AT_ONCE);
    const pull = await story.openPull(repository, { fork: 'carol', maintainerCanModify: false });
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    expect(await story.refusals(pull)).toEqual(['fork.read_only']);
    expect(await story.scenario.listReviews(repository, pull.number)).toHaveLength(1);
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('gets suggestions when its owner takes the right back after the verdict', async () => {
    const repository = await story.repository('taken-back', FIX_AT_ONCE.replace('0s', '2s'));
    const pull = await story.openPull(repository, { fork: 'carol' });
    await story.fail(pull);
    await story.ruled(pull, 'mode.fix');
    const route = `PATCH /repos/${repository}/pulls/${pull.number}`;
    await story.scenario.request(repository, route, { maintainer_can_modify: false }, 'carol');
    await story.applied(pull, 'suggest_change');
    expect(await story.fixCommits(pull)).toEqual([]);
  });
});
