import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../src/errors.ts';
import { COMMENT_MARK } from '../../../src/fixes/report/comment.ts';
import { command } from '../../workers/person-support.ts';
import { moveToFork, withWorld } from '../strategies/support.ts';
import { analyse, deadLetters, later } from '../support/drain.ts';
import { diagnosisOf, FIX_POLICY, TRANSIENT, type World } from '../support/world.ts';

const SUGGEST = FIX_POLICY.replace('mode: fix', 'mode: suggest');
/** Nothing can be suggested: the patch is left to people. */
const LEFT = { policy: SUGGEST, diff: null };

const bodies = (world: World) => world.github.comments.map(({ body }) => body);
const calls = (world: World, method: string) => world.github.calls.filter((call) => call === method).length;

describe('the comment on a pull request', () => {
  test('tells of a patch that is left to people, and how to take it', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      const [body, ...more] = bodies(world);
      expect(more).toEqual([]);
      expect(body?.startsWith(COMMENT_MARK)).toBe(true);
      expect(body).toContain(`has a patch for a failed check of \`${world.head.slice(0, 7)}\``);
      expect(body).toContain('- `format`: black would reformat app.py.');
      expect(body).toContain('comment `/checkmend fix`');
    }, LEFT));

  test('is not there where nothing is left to do, and nobody is asked for comments then', async () => {
    await withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        expect(world.github.reviews).toHaveLength(1);
        world.diagnoses.set('tests', diagnosisOf({ category: 'test', patch: null, fingerprint: 'e1' }));
        await analyse(world, world.failedCheck('tests'));
        expect(bodies(world)).toEqual([]);
        expect(world.github.calls).not.toContain('listComments');
      },
      { policy: SUGGEST },
    );
    await withWorld(async (world) => {
      world.diagnoses.set('runner', TRANSIENT);
      await analyse(world, world.failedCheck('format'), world.failedCheck('runner'));
      expect(bodies(world)).toEqual([]);
    });
  });

  test('is edited in place as things change, and written only when its text does', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      await analyse(world, world.failedCheck('format'));
      expect([calls(world, 'createComment'), calls(world, 'updateComment')]).toEqual([1, 0]);
      await command(world, { verb: 'fix' });
      expect(bodies(world)).toEqual([expect.stringContaining('Nothing is left to do on')]);
      expect([calls(world, 'createComment'), calls(world, 'updateComment')]).toEqual([1, 1]);
    }, LEFT));

  test('leaves alone a comment of somebody else that carries the mark', () =>
    withWorld(async (world) => {
      world.github.comments.push({ id: '1', body: `${COMMENT_MARK} mine`, authorLogin: 'ann' });
      await analyse(world, world.failedCheck('format'));
      expect(bodies(world)[0]).toBe(`${COMMENT_MARK} mine`);
      expect(bodies(world)).toHaveLength(2);
    }, LEFT));

  test.each(['createComment', 'updateComment', 'listComments'] as const)(
    'is one when the answer to %s is lost',
    (method) =>
      withWorld(async (world) => {
        if (method === 'updateComment') await analyse(world, world.failedCheck('format'));
        let left = 1;
        world.github.fault = (called, moment) => {
          if (called !== method || moment !== 'after' || left-- <= 0) return;
          throw new TransientError('network', 'connection reset');
        };
        if (method === 'updateComment') await command(world, { verb: 'why' });
        else await analyse(world, world.failedCheck('format'));
        await later(world, 60_000);
        expect(left).toBeLessThan(1);
        expect(bodies(world)).toHaveLength(1);
        expect(await deadLetters(world)).toEqual([]);
      }, LEFT),
  );

  test('is written anew where somebody has deleted it', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      world.github.comments.pop();
      await command(world, { verb: 'why' });
      expect(bodies(world)).toEqual([expect.stringContaining('asked: **/checkmend why**')]);
    }, LEFT));

  test.each([
    ['is forbidden', 'forbidden', 'the App lacks the permission "Pull requests: write"'],
    ['is not taken', 'validation_failed', 'GitHub refused it (validation failed)'],
  ])('that %s leaves the report as it is, and is told in the timeline', (_name, code, words) =>
    withWorld(async (world) => {
      world.github.fault = (method) => {
        if (method === 'createComment') throw new PermanentError(code, 'no');
      };
      await analyse(world, world.failedCheck('format'));
      expect(world.github.reports.size).toBe(1);
      const lines = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
      expect(lines.map(({ message }) => message)).toContain(`The comment was not written: ${words}`);
    }, LEFT),
  );

  test('links the pull request that waits to be merged', () =>
    withWorld(
      async (world) => {
        moveToFork(world);
        world.github.permissions.set('ann', 'write');
        await analyse(world, world.failedCheck('format'));
        expect(bodies(world)).toEqual([expect.stringMatching(/pull request \\#\u200b?\d+ holds it/)]);
      },
      { diff: null },
    ));

  test('is not written where the policy file is broken', () =>
    withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        expect(world.github.reports.size).toBe(1);
        expect(bodies(world)).toEqual([]);
      },
      { policy: 'mod: fix\n' },
    ));
});

describe('an answer in the comment', () => {
  test('to why is the timeline, fenced, up to the question', () =>
    withWorld(async (world) => {
      world.diagnoses.set('tests', diagnosisOf({ patch: null, category: 'test', summary: '```\n@ann <b>' }));
      await analyse(world, world.failedCheck('tests'));
      await command(world, { verb: 'why' });
      const [body] = bodies(world);
      expect(body).toContain('`ann` asked: **/checkmend why**');
      expect(body).toContain('<details><summary>The timeline</summary>\n\n````text\n');
      expect(body).toContain('[diagnosis.no_fix]');
      await later(world, 1000);
      await analyse(world, world.failedCheck('tests'));
      expect(bodies(world)).toEqual([body]);
    }));

  test('to explain tells of everything that failed, also what is not known', () =>
    withWorld(async (world) => {
      const unknown = { category: 'unknown', patch: null, summary: 'exit code 7' } as const;
      world.diagnoses.set('odd', diagnosisOf(unknown));
      await analyse(world, world.failedCheck('odd'));
      expect(world.github.reports.size).toBe(0);
      await command(world, { verb: 'explain' });
      expect(bodies(world)).toEqual([expect.stringContaining('exit code 7')]);
    }));

  test('to explain says so where nothing failed', () =>
    withWorld(async (world) => {
      await command(world, { verb: 'explain' });
      expect(bodies(world)).toEqual([expect.stringContaining('No failed check of')]);
    }));

  test('to a command that is none lists those that are', () =>
    withWorld(async (world) => {
      await command(world, { verb: 'help' });
      expect(bodies(world)).toEqual([expect.stringContaining('`/checkmend rerun`')]);
    }));

  test('that can do nothing says why', () =>
    withWorld(async (world) => {
      await command(world, { verb: 'fix' });
      expect(bodies(world)).toEqual([expect.stringContaining('(rule `request.no_patch`)')]);
    }));

  test('is for those who may ask: a stranger makes nobody write', () =>
    withWorld(async (world) => {
      await command(world, { verb: 'why', requested_by: 'stranger' });
      expect(bodies(world)).toEqual([]);
      expect(world.github.calls).not.toContain('listComments');
    }));

  test('is given on a pull request that is closed, too', () =>
    withWorld(async (world) => {
      const known = world.github.pullRequests.get(5);
      if (known) world.github.pullRequests.set(5, { ...known, state: 'closed', merged: true });
      await command(world, { verb: 'why' });
      expect(bodies(world)).toEqual([expect.stringContaining('The timeline')]);
      expect(world.github.reports.size).toBe(0);
    }));

  test('stays within what GitHub takes, however much there is to tell', () =>
    withWorld(async (world) => {
      for (let n = 0; n < 1500; n++) {
        await world.store.timeline.append({
          at: world.clock.now(),
          kind: 'event',
          repositoryId: '3',
          owner: 'octo',
          repo: 'app',
          prNumber: 5,
          headSha: null,
          checkRunId: null,
          rule: null,
          message: `${n} ${'ü'.repeat(40)}`,
          data: null,
          correlationId: null,
          dedupeKey: `line ${n}`,
        });
      }
      await command(world, { verb: 'why' });
      const [body = ''] = bodies(world);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_535);
      expect(body).toMatch(/without its \d+ oldest lines/);
      expect(body).toContain('1499 ü');
    }));
});
