import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { MemorySlotStore, type ScheduledTick, ScheduledWorker } from '../../src/worker/index.ts';
import { commands } from './stress/commands.ts';

/** Ticks every second, each of which takes a while; every other one does not listen to its signal. */
class Ticker extends ScheduledWorker {
  readonly slots: number[] = [];
  overlaps = 0;
  #running = 0;

  protected override async runTick({ slot, clock, signal }: ScheduledTick): Promise<void> {
    this.slots.push(slot);
    this.overlaps += this.#running++ > 0 ? 1 : 0;
    await sleep(clock, slot % 3000, slot % 2000 === 0 ? signal : undefined);
    this.#running--;
  }
}

it('a scheduled worker survives any life: no slot runs twice in a fleet, no tick overlaps the next', async () => {
  await fc.assert(
    fc.asyncProperty(commands, async (given) => {
      const clock = new ManualClock();
      const slotStore = new MemorySlotStore();
      const schedule = { everyMs: 1000 };
      const workers = [0, 1].map(
        (n) => new Ticker({ name: 'tick', schedule, slotStore, clock, jitterMs: n }),
      );
      const stops: Promise<void>[] = [];
      for (const command of given) {
        const worker = 'worker' in command ? workers[command.worker] : undefined;
        if (command.kind === 'start' && !['quiet', 'stopping'].includes(worker?.state ?? '')) worker?.start();
        if (command.kind === 'quiet') worker?.quiet();
        if (command.kind === 'stop' && worker) stops.push(worker.stop(command.deadlineMs));
        if (command.kind === 'advance') await clock.advance(command.ms);
      }
      const all = Promise.all([...stops, ...workers.map((worker) => worker.stop(0))]);
      await clock.advance(3000);
      await all;
      const slots = workers.flatMap((worker) => worker.slots);
      expect(new Set(slots).size).toBe(slots.length);
      for (const worker of workers) {
        expect([worker.state, worker.inFlight, worker.overlaps]).toEqual(['stopped', 0, 0]);
      }
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
