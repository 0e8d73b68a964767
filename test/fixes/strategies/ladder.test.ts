import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../src/errors.ts';
import { analyse } from '../support/drain.ts';
import { apply, attempts, moveToFork, refusals, withWorld } from './support.ts';

describe('the ways to deliver a patch', () => {
  test('a fork that takes pushes gets a commit', () =>
    withWorld(async (world) => {
      const known = world.github.pullRequests.get(5);
      if (known) {
        const fork = { fork: true, headRepository: 'ann/app', maintainerCanModify: true };
        world.github.pullRequests.set(5, { ...known, ...fork });
      }
      await analyse(world, world.failedCheck('format'));
      expect((await attempts(world))[0]?.slice(0, 2)).toEqual(['apply_patch', 'applied']);
    }));

  test('one that takes none gets suggestions, and the refusal of the push is recorded', () =>
    withWorld(async (world) => {
      moveToFork(world);
      await analyse(world, world.failedCheck('format'));
      expect(await refusals(world)).toEqual(['fork.read_only']);
      expect(world.github.reviews).toHaveLength(1);
      expect(world.github.calls).not.toContain('createCommit');
    }));

  test('where nothing lies in the diff, a trusted author gets a pull request', () =>
    withWorld(
      async (world) => {
        moveToFork(world);
        world.github.permissions.set('ann', 'write');
        await analyse(world, world.failedCheck('format'));
        expect(await refusals(world)).toEqual(['fork.read_only', 'suggest.outside_diff']);
        const stacked = [...world.github.pullRequests.values()].find(({ number }) => number !== 5);
        expect(stacked).toMatchObject({
          baseRef: 'main',
          headRef: expect.stringMatching(/^checkmend\/pr-5-/),
        });
      },
      { diff: null },
    ));

  test('anybody else gets the report: each refusal is recorded, nothing is written', () =>
    withWorld(
      async (world) => {
        moveToFork(world, 'stranger');
        await analyse(world, world.failedCheck('format'));
        expect(await refusals(world)).toEqual([
          'fork.read_only',
          'suggest.outside_diff',
          'stack.untrusted_fork',
        ]);
        expect([...world.github.branches.keys()]).toEqual(['main', 'topic']);
        expect(world.github.reports.size).toBe(1);
      },
      { diff: null },
    ));

  test('a branch that refuses the push gets suggestions, else a pull request into it', () =>
    withWorld(
      async (world) => {
        const { createCommit } = world.github;
        world.github.createCommit = (request) =>
          request.branch === 'topic'
            ? Promise.reject(new PermanentError('refused', 'protected branch'))
            : createCommit(request);
        await analyse(world, world.failedCheck('format'));
        expect(await refusals(world)).toEqual(['github.refused', 'suggest.outside_diff']);
        const stacked = [...world.github.pullRequests.values()].find(({ number }) => number !== 5);
        expect(stacked).toMatchObject({ baseRef: 'topic' });
        expect(world.github.branches.get('topic')).toBe(world.head);
      },
      { diff: null },
    ));

  test('the default branch, in a pull request into another, gets suggestions, else a pull request into it', () =>
    withWorld(
      async (world) => {
        const known = world.github.pullRequests.get(5);
        if (known) world.github.pullRequests.set(5, { ...known, headIsDefault: true });
        await analyse(world, world.failedCheck('format'));
        expect(await refusals(world)).toEqual(['head.default_branch', 'suggest.outside_diff']);
        expect(world.github.branches.get('topic')).toBe(world.head);
        const stacked = [...world.github.pullRequests.values()].find(({ number }) => number !== 5);
        expect(stacked).toMatchObject({ baseRef: 'topic' });
      },
      { diff: null },
    ));

  test('mode suggest stops before the pull request', () =>
    withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        expect(await refusals(world)).toEqual(['suggest.outside_diff', 'mode.suggest']);
        expect([...world.github.branches.keys()]).toEqual(['main', 'topic']);
      },
      { diff: null, policy: 'quiet_period: 0s\nwait_for_suite: false\n' },
    ));

  test('what a person asks for is committed in mode suggest', () =>
    withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        await apply(world, 'apply_patch', undefined, { requestedBy: 'ann' });
        expect((await attempts(world))[0]?.slice(0, 2)).toEqual(['apply_patch', 'applied']);
        expect(world.github.branches.get('topic')).not.toBe(world.head);
      },
      { policy: 'quiet_period: 0s\nwait_for_suite: false\n' },
    ));

  test.each(['off', 'shadow'])('but not in mode %s', (mode) =>
    withWorld(
      async (world) => {
        await apply(world, 'apply_patch', undefined, { requestedBy: 'ann' });
        expect(world.github.branches.get('topic')).toBe(world.head);
        expect(await refusals(world)).toEqual([`mode.${mode}`]);
      },
      { policy: `mode: ${mode}\n` },
    ),
  );

  test('a refusal that holds for every way ends it', () =>
    withWorld(async (world) => {
      await apply(world, 'apply_patch', undefined, { headSha: 'c'.repeat(40) });
      expect(await refusals(world)).toEqual(['head.moved']);
      expect(world.github.calls).not.toContain('createReview');
    }));
});

describe('the report', () => {
  test('says where a patch was proposed, and does not call it mended', () =>
    withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        const [report] = world.github.reports.values();
        expect(report?.conclusion).toBe('neutral');
        expect(report?.summary).toContain('suggested in a review');
        expect(report?.text).toContain("git apply <<'PATCH'");
      },
      { policy: 'quiet_period: 0s\nwait_for_suite: false\n' },
    ));

  test('names the pull request that was opened', () =>
    withWorld(
      async (world) => {
        moveToFork(world);
        world.github.permissions.set('ann', 'write');
        await analyse(world, world.failedCheck('format'));
        const [report] = world.github.reports.values();
        expect(report?.summary).toContain('pull request \\#\u200b101 holds it');
        expect(report?.conclusion).toBe('neutral');
      },
      { diff: null },
    ));
});
