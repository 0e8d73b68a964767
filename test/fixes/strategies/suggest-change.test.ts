import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../../src/errors.ts';
import { analyse, later } from '../support/drain.ts';
import { diagnosisOf, PATCH } from '../support/world.ts';
import { apply, attempts, breakOnce, refusals, withWorld } from './support.ts';

const SUGGEST = 'mode: suggest\nquiet_period: 0s\nwait_for_suite: false\n';
const OTHER = PATCH.replace('-y = [1,2]\n+y = [1, 2]\n z = 3', ' y = [1,2]\n-z = 3\n+z = 4');

describe('suggest_change', () => {
  test('writes one review on the head, with the change at its line', () =>
    withWorld(async (world) => {
      await apply(world, 'suggest_change');
      expect(world.github.reviews).toMatchObject([
        {
          commitSha: world.head,
          comments: [{ path: 'app.py', startLine: 3, line: 3, body: '```suggestion\ny = [1, 2]\n```' }],
        },
      ]);
      expect(await attempts(world)).toEqual([['suggest_change', 'applied', 'review 1']]);
      expect(world.github.branches.get('topic')).toBe(world.head);
    }));

  test('is what the default mode does with a patch', () =>
    withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        expect(world.github.reviews).toHaveLength(1);
        expect(world.github.calls).not.toContain('createCommit');
        expect(await refusals(world)).toEqual([]);
      },
      { policy: SUGGEST },
    ));

  test('finds its review after an answer that was lost', () =>
    withWorld(async (world) => {
      breakOnce(world, 'createReview', 'after');
      await apply(world, 'suggest_change');
      await later(world, 60_000);
      expect(world.github.reviews).toHaveLength(1);
      expect(await attempts(world)).toEqual([['suggest_change', 'applied', 'review 1']]);
    }));

  test('is not taken in by a mark that somebody else wrote', () =>
    withWorld(async (world) => {
      await apply(world, 'suggest_change');
      const [first] = world.github.reviews;
      const quoted = first?.body ?? '';
      world.github.reviews.length = 0;
      await withWorld(async (other) => {
        other.github.listReviews = async () => [
          { id: '9', body: quoted, authorLogin: 'mallory', pending: false, commitSha: null },
        ];
        await apply(other, 'suggest_change');
        expect(other.github.reviews).toHaveLength(1);
      });
    }));

  test('removes a pending review that an earlier try left', () =>
    withWorld(async (world) => {
      world.github.reviews.push({
        id: '8',
        pending: true,
        pullNumber: 5,
        commitSha: world.head,
        body: '',
        comments: [],
      });
      await apply(world, 'suggest_change');
      expect(world.github.reviews.map(({ id }) => id)).toEqual(['1']);
    }));

  test('puts the fixes of two checks in one review, and their marks', () =>
    withWorld(
      async (world) => {
        world.diagnoses.set('lint', diagnosisOf({ patch: OTHER, fingerprint: 'cccc' }));
        await analyse(world, world.failedCheck('format'), world.failedCheck('lint'));
        expect(world.github.reviews).toHaveLength(1);
        expect(world.github.reviews[0]?.comments.map(({ line }) => line)).toEqual([3, 4]);
        expect((await attempts(world)).map(([, status, result]) => [status, result])).toEqual([
          ['applied', 'review 1'],
          ['applied', 'review 1'],
        ]);
      },
      { policy: 'mode: suggest\nquiet_period: 0s\nwait_for_suite: false\n' },
    ));

  test('suggests nothing twice, nor a second review on one head', () =>
    withWorld(async (world) => {
      await apply(world, 'suggest_change');
      await apply(world, 'suggest_change', OTHER);
      const headSha = world.github.push('topic', { 'c.py': 'c = 1\n' });
      await apply(world, 'suggest_change', PATCH, { headSha });
      expect(world.github.reviews).toHaveLength(1);
      expect(await refusals(world)).toEqual(['suggest.one_per_head', 'suggest.repeat']);
    }));

  test('five reviews a day are the limit', () =>
    withWorld(async (world) => {
      for (let n = 1; n <= 6; n++) {
        const headSha = world.github.push('topic', { [`f${n}.py`]: 'f = 1\n' });
        await apply(world, 'suggest_change', PATCH.replace('[1, 2]', `[1, ${n}]`), { headSha });
      }
      expect(world.github.reviews).toHaveLength(5);
      expect(await refusals(world)).toEqual(['suggest.limit_per_day']);
    }));

  test('is dropped when the head moved or the pull request was closed', () =>
    withWorld(async (world) => {
      await apply(world, 'suggest_change', PATCH, { headSha: 'c'.repeat(40) });
      const known = world.github.pullRequests.get(5);
      if (known) world.github.pullRequests.set(5, { ...known, state: 'closed' });
      await apply(world, 'suggest_change');
      expect(world.github.reviews).toEqual([]);
      expect(await refusals(world)).toContain('head.moved');
      expect(await refusals(world)).toContain('pull_request.closed');
    }));

  test('waits for the quiet period and the other checks, as a commit does', () =>
    withWorld(
      async (world) => {
        await apply(world, 'suggest_change');
        expect(world.github.reviews).toEqual([]);
        await later(world, 60_000);
        expect(world.github.reviews).toHaveLength(1);
      },
      { policy: 'mode: suggest\nwait_for_suite: false\n' },
    ));

  test('never touches what is protected', () =>
    withWorld(
      async (world) => {
        await apply(world, 'suggest_change');
        expect(world.github.reviews).toEqual([]);
        expect(await refusals(world)).toEqual(['path.protected']);
      },
      { policy: `${SUGGEST}protected_paths: ['*.py']\n` },
    ));

  test('a missing permission is named', () =>
    withWorld(
      async (world) => {
        world.github.createReview = () => Promise.reject(new PermanentError('forbidden', 'no'));
        await apply(world, 'suggest_change');
        const rows = await world.store.fixAttempts.listByPullRequest('3', 5);
        const own = rows.find(({ strategy }) => strategy === 'suggest_change');
        expect(own).toMatchObject({
          status: 'failed',
          reason: expect.stringContaining('Pull requests: write'),
        });
      },
      { policy: SUGGEST },
    ));
});
