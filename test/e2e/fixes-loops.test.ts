import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRETTY, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE } from './support.ts';

/** Fixes that meet each other, themselves, or somebody who does not want them. */
describe('a fix', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  it('of two checks with overlapping patches is one commit', async () => {
    const repository = await story.repository('overlap', FIX_AT_ONCE.replace('0s', '3s'));
    const pull = await story.openPull(repository);
    await story.fail(pull, { name: 'format (3.12)' });
    await story.fail(pull, { name: 'format (3.13)' });
    await story.fail(pull, { name: 'style' });
    await story.applied(pull, 'apply_patch');
    await story.report(pull);
    await story.stop();
    expect(await story.fixCommits(pull)).toHaveLength(1);
    const file = await story.scenario.readFile(repository, 'topic', 'prices.py');
    expect(file?.toString()).toBe(PRETTY);
    await story.start();
  });

  it('whose own commit fails the same check is not followed by another', async () => {
    const repository = await story.repository('own', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    const { result } = await story.applied(pull, 'apply_patch');
    await story.fail(pull, { headSha: result ?? '' });
    await story.ruled(pull, 'loop.same_check');
    expect(await story.fixCommits(pull)).toHaveLength(1);
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(result);
  });

  it('that somebody takes back by force is not made again', async () => {
    const repository = await story.repository('back', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    const headSha = await story.scenario.forcePush(repository, 'topic', {
      'prices.py': UGLY,
      'x.py': 'x = 1\n',
    });
    await story.fail(pull, { headSha });
    await story.ruled(pull, 'loop.repeat');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(headSha);
  });

  it('that another bot undoes is not made again: two bots do not fix each other for ever', async () => {
    const repository = await story.repository('bots', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    const message = 'Format, says the other bot';
    const headSha = await story.scenario.push(repository, 'topic', { 'prices.py': UGLY }, { message });
    await story.fail(pull, { headSha });
    await story.ruled(pull, 'loop.repeat');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(headSha);
  });

  it('nor when the branch is set back to the very commit', async () => {
    const repository = await story.repository('reset', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await story.fail(pull);
    await story.applied(pull, 'apply_patch');
    await story.scenario.resetBranch(repository, 'topic', pull.headSha);
    await story.fail(pull, { name: 'format again' });
    await story.ruled(pull, 'loop.repeat');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pull.headSha);
  });
});
