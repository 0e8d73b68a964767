import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../src/errors.ts';
import { packUpdate, unpackUpdate } from '../../../src/fixes/fix-content.ts';
import { later } from '../support/drain.ts';
import type { World } from '../support/world.ts';
import { apply, attempts, breakOnce, refusals, withWorld } from './support.ts';

/** The base gets a commit; its check ends so. */
function cure(world: World, conclusion = 'success'): string {
  const sha = world.github.push('main', { 'cure.py': String(world.github.commits.size) });
  world.failedCheck('format', { headSha: sha, conclusion });
  return sha;
}

const contentOf = (baseSha: string) => packUpdate({ baseSha, checkName: 'format' });

describe('update_branch', () => {
  test('merges a base that has the cure into the head', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      await apply(world, 'update_branch', contentOf(baseSha));
      const head = world.github.branches.get('topic') ?? '';
      expect(world.github.commits.get(head)?.info.parents).toEqual([world.head, baseSha]);
      expect(await attempts(world)).toEqual([['update_branch', 'applied', head]]);
    }));

  test('merges nothing into the default branch', () =>
    withWorld(async (world) => {
      const known = world.github.pullRequests.get(5);
      if (known) world.github.pullRequests.set(5, { ...known, headIsDefault: true });
      await apply(world, 'update_branch', contentOf(cure(world)));
      expect(await refusals(world)).toEqual(['head.default_branch']);
      expect(world.github.branches.get('topic')).toBe(world.head);
    }));

  test('is done once when the answer is lost', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      breakOnce(world, 'updateBranch', 'after');
      await apply(world, 'update_branch', contentOf(baseSha));
      await later(world, 60_000);
      const head = world.github.branches.get('topic') ?? '';
      expect(await attempts(world)).toEqual([['update_branch', 'applied', head]]);
      expect(world.github.calls.filter((call) => call === 'updateBranch')).toHaveLength(1);
    }));

  test('is taken as done where GitHub has only accepted it yet', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      world.github.updateBranch = () => Promise.resolve('accepted');
      await apply(world, 'update_branch', contentOf(baseSha));
      expect(await attempts(world)).toEqual([['update_branch', 'applied', 'accepted']]);
    }));

  test.each([
    ['where the check is red there', 'failure', 'update.base_not_green'],
    ['where the check has not ended there', null, 'update.base_not_green'],
  ])('is not done %s', (_name, conclusion, rule) =>
    withWorld(async (world) => {
      const baseSha = world.github.push('main', { 'cure.py': '1' });
      world.failedCheck('format', { headSha: baseSha, conclusion });
      await apply(world, 'update_branch', contentOf(baseSha));
      expect(await refusals(world)).toEqual([rule]);
      expect(world.github.branches.get('topic')).toBe(world.head);
    }),
  );

  test('nor where the base was broken again', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      cure(world, 'failure');
      await apply(world, 'update_branch', contentOf(baseSha));
      expect(await refusals(world)).toEqual(['update.base_not_green']);
    }));

  test('nor where the head holds the commit, or the base does not', () =>
    withWorld(async (world) => {
      await apply(world, 'update_branch', contentOf(world.github.branches.get('main') ?? ''));
      world.github.push('elsewhere', { 'x.py': 'x = 1\n' });
      await apply(world, 'update_branch', contentOf(world.github.branches.get('elsewhere') ?? ''));
      expect(await refusals(world)).toEqual(['update.not_behind', 'update.no_cure']);
    }));

  test('nor for a head that moved', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      world.github.push('topic', { 'c.py': 'c = 1\n' });
      await apply(world, 'update_branch', contentOf(baseSha));
      expect(await refusals(world)).toEqual(['head.moved']);
    }));

  test('counts as a commit of the head and of the day', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      await apply(world, 'apply_patch');
      await apply(world, 'update_branch', contentOf(baseSha), { headSha: world.head });
      expect((await attempts(world)).filter(([, status]) => status === 'applied')).toHaveLength(1);
    }));

  test('a missing permission is named', () =>
    withWorld(async (world) => {
      const baseSha = cure(world);
      world.github.updateBranch = () => Promise.reject(new PermanentError('forbidden', 'no'));
      await apply(world, 'update_branch', contentOf(baseSha));
      const [row] = await world.store.fixAttempts.listByPullRequest('3', 5);
      expect(row).toMatchObject({ status: 'failed', reason: expect.stringContaining('Contents: write') });
    }));

  test('takes no content but its own', () => {
    const plan = { baseSha: 'a'.repeat(40), checkName: 'format' };
    expect(unpackUpdate(packUpdate(plan))).toEqual(plan);
    for (const content of ['', '{}', '{"base_sha":"main","check_name":"x"}', '[1]']) {
      expect(unpackUpdate(content)).toBeNull();
    }
  });
});
