import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotPool } from '../../src/worker/index.ts';
import { commands } from './stress/commands.ts';
import { KINDS } from './stress/kinds.ts';
import { Ledger, live, optionsOf } from './stress/lives.ts';
import { STAGES } from './stress/stage.ts';

/**
 * Workers that are started, quieted and stopped at any moment, with messages in flight: none is lost, none runs twice
 * within a lease, none is settled twice, and nothing is left behind.
 */
describe.each(STAGES)('on $backend', ({ open, runs }) => {
  describe.each(Object.entries(KINDS))('%s', (_, create) => {
    it.each([
      ['slots enough', undefined],
      ['one pool of three slots', 3],
    ])(
      'survives any life, with %s',
      async (_, size) => {
        await fc.assert(
          fc.asyncProperty(commands, async (given) => {
            await using stage = await open();
            const ledger = new Ledger();
            const slots = size === undefined ? {} : { slots: new SlotPool(size) };
            const workers = [0, 1].map((index) =>
              create({ ...optionsOf(stage, index, ledger), ...slots }, ledger.work),
            );
            await live(stage, ledger, workers, given);
            expect(slots.slots?.used ?? 0).toBe(0);
            await Promise.all(stage.managers.map((manager) => manager.close()));
            expect(stage.clock.pendingTimers).toBe(0);
          }),
          { numRuns: runs, endOnFailure: true },
        );
      },
      120_000,
    );
  });
});
