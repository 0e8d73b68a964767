import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PRETTY, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE } from './support.ts';

/** GitHub lets nobody of the base push to a fork that an organisation owns: each other way is tried in turn. */
describe('a pull request from a fork of an organisation', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterAll(() => story[Symbol.asyncDispose]());

  const fork = { fork: 'umbrella' };

  it('gets suggestions where the failing lines are in its diff', async () => {
    const repository = await story.repository('diff', FIX_AT_ONCE);
    const pull = await story.openPull(repository, fork);
    await story.fail(pull);
    await story.applied(pull, 'suggest_change');
    expect(await story.refusals(pull)).toEqual(['fork.read_only']);
  });

  it('gets a pull request of our own, where they are not and its author may push here', async () => {
    const repository = await story.repository('trusted', FIX_AT_ONCE, { 'prices.py': UGLY });
    const route = `PUT /repos/${repository}/collaborators/bob`;
    await story.scenario.request(repository, route, { permission: 'push' }, 'alice');
    const pull = await story.openPull(repository, { ...fork, files: { 'other.py': 'x = 1\n' } });
    await story.fail(pull);
    const { result } = await story.applied(pull, 'open_pull_request');
    const stacked = await story.scenario.pullRequest(repository, Number(result?.slice(1)));
    expect(stacked).toMatchObject({ state: 'open', base: { ref: 'main' } });
    const { ref, sha } = stacked.head as { ref: string; sha: string };
    expect(ref).toMatch(/^checkmend\/pr-/);
    const [fix] = await story.scenario.listCommits(repository, ref);
    expect(fix).toMatchObject({ sha, parents: [pull.headSha] });
    expect((await story.scenario.readFile(repository, ref, 'prices.py'))?.toString()).toBe(PRETTY);
    expect(await story.refusals(pull)).toEqual(['fork.read_only', 'suggest.outside_diff']);
  });

  it('gets the report alone, where its author is a stranger: no code of theirs gets a branch here', async () => {
    const repository = await story.repository('stranger', FIX_AT_ONCE, { 'prices.py': UGLY });
    const pull = await story.openPull(repository, { ...fork, files: { 'other.py': 'x = 1\n' } });
    await story.fail(pull);
    await story.ruled(pull, 'stack.untrusted_fork');
    expect(await story.refusals(pull)).toEqual([
      'fork.read_only',
      'suggest.outside_diff',
      'stack.untrusted_fork',
    ]);
    const { text } = await story.report(pull);
    expect(text).toContain('git apply');
    const written = story.writes().filter(({ path }) => path.startsWith(`/repos/${repository}/git/`));
    expect(written).toEqual([]);
  });
});
