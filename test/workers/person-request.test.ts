import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { apply, attempts, withWorld } from '../fixes/strategies/support.ts';
import { analyse, deadLetters, later } from '../fixes/support/drain.ts';
import { diagnosisOf, FIX_POLICY, PATCH } from '../fixes/support/world.ts';
import { answers, ask, command, report, SUGGEST } from './person-support.ts';

describe('what a person asks for', () => {
  test('is done for those who may write', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      await ask(world, { verb: 'fix' });
      expect((await attempts(world))[0]?.slice(0, 2)).toEqual(['apply_patch', 'applied']);
      expect(world.github.text('topic', 'app.py')).toContain('[1, 2]');
      expect(await answers(world)).toEqual([['fix', null]]);
    }, SUGGEST));

  test.each(['triage', 'read', 'none'] as const)('is not done for those who may only %s', (permission) =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      world.github.permissions.set('bob', permission);
      await ask(world, { requested_by: 'bob' });
      expect(await answers(world)).toEqual([['fix', 'person.no_write_access']]);
      expect(world.github.calls).not.toContain('createCommit');
      expect(report(world)?.summary).toContain('Thank you, but only people with write access');
    }, SUGGEST),
  );

  test('is not done where their permission cannot be read', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      world.github.fault = (method) => {
        if (method === 'getPermission') throw new PermanentError('forbidden', 'no');
      };
      await ask(world, {});
      expect(await answers(world)).toEqual([['fix', 'github.forbidden']]);
      expect(world.github.calls).not.toContain('createCommit');
    }, SUGGEST));

  test('waits where GitHub does not answer, and is then done once', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      let left = 1;
      world.github.fault = (method, moment) => {
        if (method === 'getPermission' && moment === 'after' && left-- > 0) {
          throw new TransientError('network', 'reset');
        }
      };
      await ask(world, {});
      expect(await answers(world)).toEqual([]);
      await later(world, 60_000);
      await later(world, 1000);
      expect(await answers(world)).toEqual([['fix', null]]);
      expect(await deadLetters(world)).toEqual([]);
    }, SUGGEST));

  test.each(['getPermission', 'createCommit', 'upsertCheckRun', 'react'] as const)(
    'is done once when the answer to %s is lost',
    (method) =>
      withWorld(async (world) => {
        await analyse(world, world.failedCheck('format'));
        let left = 1;
        world.github.fault = (called, moment) => {
          if (called !== method || moment !== 'after' || left-- <= 0) return;
          throw new TransientError('network', 'connection reset');
        };
        const id = await command(world, { verb: 'fix' });
        await later(world, 60_000);
        await later(world, 60_000);
        expect(left).toBeLessThan(1);
        expect(await answers(world)).toEqual([['fix', null]]);
        expect([...world.github.reactions]).toEqual([`${id} +1`]);
        expect(world.github.commits.get(world.github.branches.get('topic') ?? '')?.info.parents).toEqual([
          world.head,
        ]);
        const lines = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
        expect(lines.filter(({ message }) => message.startsWith('ann: /checkmend fix'))).toHaveLength(1);
        expect(await deadLetters(world)).toEqual([]);
      }, SUGGEST),
  );

  test.each([
    ['off', 'mode.off', 'mode: off\n'],
    ['shadow', 'mode.shadow', 'mode: shadow\n'],
    ['broken', 'policy.broken', 'mod: fix\n'],
  ])('has no effect at all where the policy is %s', (_name, rule, policy) =>
    withWorld(
      async (world) => {
        await command(world, { verb: 'fix' });
        expect(await answers(world)).toEqual([]);
        const lines = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
        expect(lines.at(-1)).toMatchObject({ kind: 'refusal', rule });
        expect([...world.github.reactions]).toEqual([]);
        expect(world.github.calls).not.toContain('getPermission');
      },
      { policy },
    ),
  );

  test('is about the head that was seen: a button of an older one is refused', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      world.github.push('topic', { 'app.py': 'x = 1\n' });
      await ask(world, { verb: 'fix' });
      expect(await answers(world)).toEqual([['fix', 'head.moved']]);
    }, SUGGEST));

  test('finds the pull request of a fork, which the event does not name', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      await ask(world, { pr_number: null, verb: 'ignore' });
      expect(await answers(world)).toEqual([['ignore', null]]);
    }, SUGGEST));

  test('on nothing that is known leads to nothing', () =>
    withWorld(async (world) => {
      await ask(world, { pr_number: null, head_sha: 'f'.repeat(40) });
      const lines = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
      expect(lines.at(-1)).toMatchObject({ rule: 'pull_request.none', prNumber: null });
    }, SUGGEST));

  test('on a pull request that is closed is refused', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      const known = world.github.pullRequests.get(5);
      if (known) world.github.pullRequests.set(5, { ...known, state: 'closed' });
      await ask(world, {});
      expect(await answers(world)).toEqual([['fix', 'pull_request.closed']]);
    }, SUGGEST));
});

describe('fix', () => {
  test('takes what the policy holds back: mode report, and confidence that is too low', () =>
    withWorld(
      async (world) => {
        world.diagnoses.set('unsure', diagnosisOf({ confidence: 0.3 }));
        await analyse(world, world.failedCheck('unsure'));
        await ask(world, {});
        expect((await attempts(world))[0]?.slice(0, 2)).toEqual(['apply_patch', 'applied']);
      },
      { policy: FIX_POLICY.replace('mode: fix', 'mode: report') },
    ));

  test('takes nothing that a guard refuses', () =>
    withWorld(async (world) => {
      const patch = PATCH.replaceAll('app.py', '.github/app.py');
      world.diagnoses.set('format', diagnosisOf({ patch }));
      await analyse(world, world.failedCheck('format'));
      expect(report(world)?.actions?.map(({ identifier }) => identifier)).toEqual(['ignore']);
      await ask(world, {});
      expect(world.github.calls).not.toContain('createCommit');
    }, SUGGEST));

  test('says so where there is no patch, and where the head has its fix', () =>
    withWorld(async (world) => {
      await ask(world, {});
      await apply(world, 'apply_patch', PATCH, { requestedBy: 'ann' });
      world.github.branches.set('topic', world.head);
      await command(world, {});
      expect(await answers(world)).toEqual([
        ['fix', 'limit.one_per_head'],
        ['fix', 'request.no_patch'],
      ]);
    }, SUGGEST));
});

describe('rerun', () => {
  test('runs each run once that has a failed job', () =>
    withWorld(async (world) => {
      for (const name of ['one', 'two']) world.failedCheck(name);
      const run = { id: '500', runAttempt: 1, status: 'completed', conclusion: 'failure' };
      world.github.runs.set('500', { ...run, headSha: world.head, createdAt: world.clock.now() });
      await ask(world, { verb: 'rerun' });
      expect(await answers(world)).toEqual([['rerun', null]]);
      expect(world.github.runs.get('500')?.runAttempt).toBe(2);
    }, SUGGEST));

  test('says so where no job has failed, and where jobs cannot be seen', () =>
    withWorld(async (world) => {
      await ask(world, { verb: 'rerun' });
      world.failedCheck('one');
      world.github.fault = (method) => {
        if (method === 'getJob') throw new PermanentError('forbidden', 'no');
      };
      await command(world, { verb: 'rerun' });
      expect(await answers(world)).toEqual([
        ['rerun', 'github.forbidden'],
        ['rerun', 'request.no_job'],
      ]);
    }, SUGGEST));
});

describe('ignore', () => {
  test('keeps from a commit that was decided before', () =>
    withWorld(
      async (world) => {
        await analyse(world, world.failedCheck('format'));
        await ask(world, { verb: 'ignore' });
        await later(world, 600_000);
        expect(world.github.calls).not.toContain('createCommit');
        expect(report(world)).toMatchObject({ conclusion: 'success', actions: [] });
        expect(report(world)?.summary).toContain('ann said to leave this failure alone');
      },
      { policy: 'mode: fix\nquiet_period: 5m\n' },
    ));

  test('ends with resume, by which everything is looked at again', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      await ask(world, { verb: 'ignore' });
      await command(world, { verb: 'resume' });
      expect(report(world)?.actions?.map(({ identifier }) => identifier)).toEqual(['fix', 'ignore']);
    }, SUGGEST));

  test('says so where nothing fails', () =>
    withWorld(async (world) => {
      await ask(world, { verb: 'ignore' });
      expect(await answers(world)).toEqual([['ignore', 'request.nothing']]);
    }, SUGGEST));
});
