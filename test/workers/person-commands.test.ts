import { describe, expect, test } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import { attempts, withWorld } from '../fixes/strategies/support.ts';
import { analyse } from '../fixes/support/drain.ts';
import { answers, ask, command, SUGGEST } from './person-support.ts';

describe('pause and resume', () => {
  test('stop and take up the work on the pull request, and nothing else', () =>
    withWorld(async (world) => {
      await command(world, { verb: 'pause' });
      expect(await world.store.control.paused(['all', 'repo:3', 'pr:3:5'])).toEqual(['pr:3:5']);
      await analyse(world, world.failedCheck('format'));
      expect(world.github.reports.size).toBe(0);
      await command(world, { verb: 'fix' });
      expect(world.github.calls).not.toContain('createCommit');
      await command(world, { verb: 'resume' });
      expect(await world.store.control.paused(['pr:3:5'])).toEqual([]);
      expect((await attempts(world))[0]?.slice(0, 2)).toEqual(['apply_patch', 'applied']);
    }));

  test('of the operator is not for people on the pull request to end', () =>
    withWorld(async (world) => {
      await world.store.control.setPaused('repo:3', true, 'operator', 0);
      await command(world, { verb: 'resume' });
      expect(await world.store.control.paused(['repo:3'])).toEqual(['repo:3']);
      expect([...world.github.reactions]).toEqual([]);
    }));
});

describe('a command', () => {
  test('is acknowledged by a reaction, whether it is done or not', () =>
    withWorld(async (world) => {
      await analyse(world, world.failedCheck('format'));
      const done = await command(world, { verb: 'ignore' });
      const refused = await command(world, { verb: 'ignore', requested_by: 'bob' });
      expect([...world.github.reactions]).toEqual([`${done} +1`, `${refused} confused`]);
    }, SUGGEST));

  test.each([
    ['is forbidden', new PermanentError('forbidden', 'no')],
    ['is not taken', new PermanentError('validation_failed', 'no')],
  ])('is done all the same where the reaction %s', (_name, error) =>
    withWorld(async (world) => {
      world.github.fault = (method) => {
        if (method === 'react') throw error;
      };
      await command(world, { verb: 'pause' });
      expect(await world.store.control.paused(['pr:3:5'])).toEqual(['pr:3:5']);
    }, SUGGEST),
  );

  test('that comes again, under whatever delivery, is not obeyed again', () =>
    withWorld(async (world) => {
      const comment_id = await command(world, { verb: 'pause' });
      await command(world, { verb: 'resume' });
      await command(world, { verb: 'pause', comment_id });
      expect(await world.store.control.paused(['pr:3:5'])).toEqual([]);
    }, SUGGEST));

  test('is not obeyed where the policy says so; buttons are', () =>
    withWorld(
      async (world) => {
        await command(world, { verb: 'pause' });
        expect(await world.store.control.paused(['pr:3:5'])).toEqual([]);
        expect([...world.github.reactions]).toEqual([]);
        await analyse(world, world.failedCheck('format'));
        await ask(world, { verb: 'ignore' });
        expect(await answers(world)).toEqual([['ignore', null]]);
      },
      { policy: `${SUGGEST.policy}commands: false\n` },
    ));
});
