import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../src/errors.ts';
import { analyse, later } from '../support/drain.ts';
import type { World } from '../support/world.ts';
import { AFTER, diagnosisOf } from '../support/world.ts';
import { apply, attempts, breakOnce, moveToFork, refusals, withWorld } from './support.ts';

function stacked(world: World) {
  return [...world.github.pullRequests.values()].filter(({ number }) => number !== 5);
}

function ownBranches(world: World) {
  return [...world.github.branches.keys()].filter((name) => name.startsWith('checkmend/'));
}

describe('open_pull_request', () => {
  test('stacks a branch of its own on the head, with one commit', () =>
    withWorld(async (world) => {
      await apply(world, 'open_pull_request');
      const [branch = ''] = ownBranches(world);
      const commit = world.github.commits.get(world.github.branches.get(branch) ?? '');
      expect(commit?.info.parents).toEqual([world.head]);
      expect(world.github.text(branch, 'app.py')).toBe(AFTER);
      expect(stacked(world)).toMatchObject([{ headRef: branch, baseRef: 'topic' }]);
      expect(await attempts(world)).toEqual([['open_pull_request', 'applied', '#101']]);
    }));

  test.each(['createBranch', 'createCommit', 'openPullRequest'] as const)(
    'is done once when the answer to %s is lost',
    (method) =>
      withWorld(async (world) => {
        breakOnce(world, method, 'after');
        await apply(world, 'open_pull_request');
        await later(world, 60_000);
        expect(ownBranches(world)).toHaveLength(1);
        expect(stacked(world)).toHaveLength(1);
        const branch = world.github.branches.get(ownBranches(world)[0] ?? '') ?? '';
        expect(world.github.commits.get(branch)?.info.parents).toEqual([world.head]);
        expect(await attempts(world)).toEqual([['open_pull_request', 'applied', '#101']]);
      }),
  );

  test('leaves a branch alone that somebody else put there', () =>
    withWorld(async (world) => {
      breakOnce(world, 'createBranch', 'after');
      await apply(world, 'open_pull_request');
      const [branch = ''] = ownBranches(world);
      const theirs = world.github.push(branch, { 'app.py': 'theirs\n' });
      await later(world, 60_000);
      expect(world.github.branches.get(branch)).toBe(theirs);
      expect(await refusals(world)).toEqual(['stack.branch_taken']);
    }));

  test('a pull request that was closed is not opened again', () =>
    withWorld(async (world) => {
      breakOnce(world, 'openPullRequest', 'after');
      await apply(world, 'open_pull_request');
      const [own] = stacked(world);
      if (own) world.github.pullRequests.set(own.number, { ...own, state: 'closed' });
      await later(world, 60_000);
      expect(stacked(world)).toHaveLength(1);
    }));

  test('the fixes of two checks share it', () =>
    withWorld(
      async (world) => {
        moveToFork(world);
        world.github.permissions.set('ann', 'admin');
        const patch = '--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n-import os\n+import sys\n x = 1\n';
        world.diagnoses.set('lint', diagnosisOf({ patch, fingerprint: 'cccc' }));
        await analyse(world, world.failedCheck('format'), world.failedCheck('lint'));
        expect(stacked(world)).toHaveLength(1);
        const done = (await attempts(world)).filter(([, status]) => status === 'applied');
        expect(done).toEqual([
          ['open_pull_request', 'applied', '#101'],
          ['open_pull_request', 'applied', '#101'],
        ]);
        expect(world.github.text(ownBranches(world)[0] ?? '', 'app.py')).toContain('import sys');
      },
      { diff: null },
    ));

  test.each(['none', 'read', 'triage'] as const)(
    'puts nothing of a fork here whose author may only %s',
    (permission) =>
      withWorld(async (world) => {
        moveToFork(world);
        world.github.permissions.set('ann', permission);
        await apply(world, 'open_pull_request');
        expect(ownBranches(world)).toEqual([]);
        expect(await refusals(world)).toEqual(['stack.untrusted_fork']);
      }),
  );

  test.each([
    ['a stranger', 'mallory', 'none', ['stack.untrusted_fork']],
    ['somebody who may push here', 'carol', 'write', []],
    ['an organisation', null, 'none', []],
  ] as const)(
    "of a pull request that was opened for %s's fork: %s, %s",
    (_whose, headUser, permission, rules) =>
      withWorld(async (world) => {
        moveToFork(world);
        const known = world.github.pullRequests.get(5);
        if (known) world.github.pullRequests.set(5, { ...known, headUser });
        world.github.permissions.set('ann', 'write');
        if (headUser) world.github.permissions.set(headUser, permission);
        await apply(world, 'open_pull_request');
        expect(await refusals(world)).toEqual(rules);
        expect(ownBranches(world)).toHaveLength(rules.length === 0 ? 1 : 0);
      }),
  );

  test('stacks nothing on a fix of its own', () =>
    withWorld(async (world) => {
      const known = world.github.pullRequests.get(5);
      world.github.branches.set('checkmend/pr-4-x', world.head);
      if (known) world.github.pullRequests.set(5, { ...known, headRef: 'checkmend/pr-4-x' });
      await apply(world, 'open_pull_request');
      expect(await refusals(world)).toEqual(['loop.own_pull_request']);
    }));

  test('a missing permission is named', () =>
    withWorld(async (world) => {
      world.github.createBranch = () => Promise.reject(new PermanentError('forbidden', 'no'));
      await apply(world, 'open_pull_request');
      const [row] = await world.store.fixAttempts.listByPullRequest('3', 5);
      expect(row).toMatchObject({ status: 'failed', reason: expect.stringContaining('Contents: write') });
    }));
});
