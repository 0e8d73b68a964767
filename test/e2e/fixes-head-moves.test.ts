import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** Whatever happens between the diagnosis and the commit: the fix is for the head that it was made for, or for none. */
describe('between the diagnosis and the commit', () => {
  let story: Story;

  beforeAll(async () => {
    story = await Story.begin();
  });
  afterEach(() => story.github.faults.clear());
  afterAll(() => story[Symbol.asyncDispose]());

  /** Holds the last look at the files before the commit, until `meanwhile` is over. */
  async function meanwhile(repository: string, action: () => Promise<unknown>): Promise<void> {
    const over = Promise.withResolvers<void>();
    const fault = story.github.faults.add({
      route: `GET /repos/${repository}/git/blobs/*`,
      until: over.promise,
    });
    await until(async () => (fault.left === 0 ? true : null));
    await action();
    over.resolve();
  }

  it('somebody pushes: the fix is dropped, what was pushed stays the head', async () => {
    const repository = await story.repository('pushed', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const [pushed] = await Promise.all([
      new Promise<string>((resolve, reject) => {
        const push = async () => {
          resolve(await story.scenario.push(repository, 'topic', { 'new.py': 'n = 1\n' }));
        };
        meanwhile(repository, push).catch(reject);
      }),
      story.fail(pull),
    ]);
    await story.ruled(pull, 'head.moved');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pushed);
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('somebody pushes in the very moment of the commit: GitHub refuses it, and it is dropped', async () => {
    const repository = await story.repository('raced', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const over = Promise.withResolvers<void>();
    const fault = story.github.faults.add({ route: 'POST /graphql', until: over.promise });
    await story.fail(pull);
    await until(async () => (fault.left === 0 ? true : null));
    const pushed = await story.scenario.push(repository, 'topic', { 'new.py': 'n = 1\n' });
    over.resolve();
    await story.ruled(pull, 'head.moved');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pushed);
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('it is merged: nothing is written to its branch any more', async () => {
    const repository = await story.repository('merged', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await Promise.all([
      meanwhile(repository, () => story.scenario.merge(repository, pull.number)),
      story.fail(pull),
    ]);
    const { message } = await story.ruled(pull, 'pull_request.closed');
    expect(message).toContain('merged');
    expect(await story.scenario.branchHead(repository, 'topic')).toBe(pull.headSha);
  });

  it('it is closed: the same', async () => {
    const repository = await story.repository('closed', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await Promise.all([
      meanwhile(repository, () => story.scenario.close(repository, pull.number)),
      story.fail(pull),
    ]);
    await story.ruled(pull, 'pull_request.closed');
    expect(await story.fixCommits(pull)).toEqual([]);
  });

  it('its branch is deleted: it is not made again', async () => {
    const repository = await story.repository('deleted', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await Promise.all([
      meanwhile(repository, () => story.scenario.deleteBranch(repository, 'topic')),
      story.fail(pull),
    ]);
    await until(async () => ((await story.refusals(pull)).length > 0 ? true : null));
    expect(await story.scenario.branchHead(repository, 'topic')).toBeNull();
  });

  it('its branch is deleted in the very moment of the commit: the same', async () => {
    const repository = await story.repository('vanished', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    const over = Promise.withResolvers<void>();
    const fault = story.github.faults.add({ route: 'POST /graphql', until: over.promise });
    await story.fail(pull);
    await until(async () => (fault.left === 0 ? true : null));
    await story.scenario.deleteBranch(repository, 'topic');
    over.resolve();
    await story.ruled(pull, 'branch.gone');
    expect(await story.scenario.branchHead(repository, 'topic')).toBeNull();
  });
});
