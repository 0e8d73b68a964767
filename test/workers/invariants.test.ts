import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../src/errors.ts';
import { analyse, deadLetters, later } from '../fixes/support/drain.ts';
import { BEFORE, createWorld, diagnosisOf, FIX_POLICY, PATCH, type World } from '../fixes/support/world.ts';

const DAY_MS = 24 * 3_600_000;

/** What may happen to a pull request; `n` picks among the ways. */
const event = fc.record({
  kind: fc.constantFrom('push', 'fail', 'fail again', 'force back', 'lost answer', 'wait', 'close', 'reopen'),
  n: fc.nat({ max: 5 }),
});

/** A patch that appends line `n` to app.py, which has the same end after every push. */
function patchOf(n: number): string {
  return PATCH.replace('+y = [1, 2]', `+y = [1, 2]  # ${n}`);
}

/** A failed check of whatever the head is now. */
function failedCheck(world: World, name: string) {
  const headSha = world.github.branches.get('topic') ?? world.head;
  const message = world.failedCheck(name, { headSha });
  return { ...message, payload: { ...message.payload, head_sha: headSha } };
}

async function happen(world: World, { kind, n }: { kind: string; n: number }): Promise<void> {
  const { github } = world;
  const known = github.pullRequests.get(5);
  if (!known) throw new Error('no pull request');
  world.diagnoses.set(`check ${n}`, diagnosisOf({ patch: patchOf(n), fingerprint: `f${n}` }));
  if (kind === 'push') github.push('topic', { 'app.py': BEFORE, [`f${n}.py`]: String(github.commits.size) });
  if (kind === 'fail') await analyse(world, failedCheck(world, `check ${n}`));
  if (kind === 'fail again')
    await analyse(world, failedCheck(world, 'check 0'), failedCheck(world, 'check 0'));
  if (kind === 'force back') {
    // A commit whose answer was lost and that a person then removed cannot be told from one that never was.
    await later(world, 60_000);
    github.branches.set('topic', world.head);
  }
  if (kind === 'wait') await later(world, n * 3_600_000);
  if (kind === 'close') github.pullRequests.set(5, { ...known, state: 'closed' });
  if (kind === 'reopen') github.pullRequests.set(5, { ...known, state: 'open' });
  if (kind !== 'lost answer') return;
  let left = 1;
  github.fault = (method, moment) => {
    if (method !== 'createCommit' || moment !== 'after' || left-- <= 0) return;
    throw new TransientError('network', 'connection reset');
  };
}

describe('whatever happens to a pull request', () => {
  test('there are never four fix commits in 24 hours, two on one head, or one elsewhere', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 16 }), async (events) => {
        const world = await createWorld();
        try {
          world.github.policyFile = FIX_POLICY;
          const made: { at: number; parent: string | undefined; branch: string }[] = [];
          const { createCommit } = world.github;
          world.github.createCommit = async (request) => {
            const before = world.github.branches.get(request.branch);
            try {
              return await createCommit(request);
            } finally {
              const after = world.github.branches.get(request.branch);
              if (after !== before) {
                made.push({ at: world.clock.now(), parent: before, branch: request.branch });
              }
            }
          };
          for (const entry of events) await happen(world, entry);
          const main = world.github.branches.get('main');
          for (const { at, branch } of made) {
            expect(branch).toBe('topic');
            const day = made.filter((other) => other.at >= at && other.at < at + DAY_MS);
            most = Math.max(most, day.length);
            expect(day.length).toBeLessThanOrEqual(3);
          }
          expect(new Set(made.map(({ parent }) => parent)).size).toBe(made.length);
          expect([...world.github.branches.keys()]).toEqual(['main', 'topic']);
          expect(world.github.text('main', 'app.py')).toBe(BEFORE);
          expect(main).toBe(world.github.commits.get(world.head)?.info.parents[0]);
          expect(await deadLetters(world)).toEqual([]);
        } finally {
          await world.close();
        }
      }),
      { numRuns: 15, examples: [[busyDay()]] },
    );
    expect(most).toBe(3);
  });
});

/** Five pushes with a different failure each: two too many. */
function busyDay() {
  return [1, 2, 3, 4, 5].flatMap((n) => [
    { kind: 'push', n },
    { kind: 'fail', n },
  ]) as { kind: 'push' | 'fail'; n: number }[];
}

describe('loops', () => {
  async function reasons(world: World): Promise<(string | null)[]> {
    const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
    return entries.filter(({ kind }) => kind === 'verdict').map(({ rule }) => rule);
  }

  async function withWorld(run: (world: World) => Promise<void>): Promise<void> {
    const world = await createWorld();
    world.github.policyFile = FIX_POLICY;
    try {
      await run(world);
    } finally {
      await world.close();
    }
  }

  test('our own commit failing the same check is not mended again', () =>
    withWorld(async (world) => {
      await analyse(world, failedCheck(world, 'format'));
      world.diagnoses.set('format', diagnosisOf({ patch: PATCH.replace('y = [1,2]', 'y = [1, 2]') }));
      await analyse(world, failedCheck(world, 'format'));
      expect(await reasons(world)).toEqual(['mode.fix', 'loop.same_check']);
    }));

  test('a fix that a person took back by force is not made again', () =>
    withWorld(async (world) => {
      await analyse(world, failedCheck(world, 'format'));
      world.github.branches.set('topic', world.head);
      world.github.push('topic', { 'b.py': 'b = 2\n' });
      await analyse(world, failedCheck(world, 'format'));
      expect(await reasons(world)).toEqual(['mode.fix', 'loop.repeat']);
      expect(world.github.calls.filter((call) => call === 'createCommit')).toHaveLength(1);
    }));

  test('nor when the head goes back to the very commit', () =>
    withWorld(async (world) => {
      await analyse(world, failedCheck(world, 'format'));
      world.github.branches.set('topic', world.head);
      await analyse(world, failedCheck(world, 'format'));
      expect(await reasons(world)).toEqual(['mode.fix', 'loop.repeat']);
      expect(world.github.branches.get('topic')).toBe(world.head);
    }));

  test('a fix that would undo an earlier one is refused', () =>
    withWorld(async (world) => {
      await analyse(world, failedCheck(world, 'format'));
      const undo = PATCH.replace('-y = [1,2]\n+y = [1, 2]', '-y = [1, 2]\n+y = [1,2]');
      world.diagnoses.set('other formatter', diagnosisOf({ patch: undo, fingerprint: 'eeee' }));
      await analyse(world, failedCheck(world, 'other formatter'));
      expect(await reasons(world)).toEqual(['mode.fix', 'loop.reversal']);
    }));

  test('two checks with one patch make one commit, a second patch of the same head none', () =>
    withWorld(async (world) => {
      world.diagnoses.set('lint', diagnosisOf({ patch: patchOf(7), fingerprint: 'cccc' }));
      await analyse(
        world,
        failedCheck(world, 'format (3.11)'),
        failedCheck(world, 'format (3.12)'),
        failedCheck(world, 'lint'),
      );
      expect(world.github.calls.filter((call) => call === 'createCommit')).toHaveLength(1);
      expect(await reasons(world)).toEqual(['mode.fix', 'loop.repeat', 'limit.one_per_head']);
    }));

  test('our own check run leads to nothing', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('Checkmend', { appId: world.github.appId }));
      expect(await reasons(world)).toEqual(['check_run.own']);
    }));

  test.each(['off', 'shadow'] as const)('CHECKMEND_MODE=%s stops what was queued before', (mode) =>
    withWorld(async (world) => {
      world.github.policyFile = 'mode: fix\nquiet_period: 60s\nwait_for_suite: false\n';
      await analyse(world, failedCheck(world, 'format'));
      await later({ ...world, mode }, 120_000);
      expect(world.github.branches.get('topic')).toBe(world.head);
      const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
      expect(attempt).toMatchObject({
        status: 'dropped',
        reason: expect.stringContaining(`override.${mode}`),
      });
    }),
  );

  test('a pause between verdict and commit stops the commit', () =>
    withWorld(async (world) => {
      world.github.policyFile = 'mode: fix\nquiet_period: 60s\nwait_for_suite: false\n';
      await analyse(world, failedCheck(world, 'format'));
      await world.store.control.setPaused('repo:3', true, 'ann', world.clock.now());
      await later(world, 120_000);
      expect(world.github.branches.get('topic')).toBe(world.head);
      const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
      expect(attempt).toMatchObject({ status: 'dropped', reason: expect.stringContaining('paused') });
    }));
});
