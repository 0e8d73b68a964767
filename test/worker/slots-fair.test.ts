import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { EventWorker, SlotPool } from '../../src/worker/index.ts';
import { Bench, message } from './support.ts';

/** What comes: to which queue, how long its handler takes and how much later the next one comes, in milliseconds. */
const arrivals = fc.array(
  fc.record({
    queue: fc.nat({ max: 3 }),
    takesMs: fc.constantFrom(0, 1, 7, 30),
    thenMs: fc.constantFrom(0, 0, 1, 10),
  }),
  { minLength: 10, maxLength: 60, size: 'max' },
);

describe('workers of many priorities on one small pool', () => {
  it.each([1, 2, 3])('leave no message waiting while one of %d slots is free', async (size) => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (given) => {
        await using bench = new Bench();
        const { clock, queues } = bench;
        const slots = new SlotPool(size);
        for (let n = 0; n < 4; n++) {
          const options = bench.options({
            name: `w${n}`,
            queue: `q${n}`,
            slots,
            slotPriority: n,
            concurrency: 4,
          });
          const worker = bench.own(new EventWorker(options));
          worker.registerHandler('greet', async ({ payload }) => {
            await sleep(clock, (payload as { takesMs: number }).takesMs);
            return true;
          });
          worker.start();
        }
        for (const [n, { queue, takesMs, thenMs }] of given.entries()) {
          await queues.sendMessage(`q${queue}`, message(`m${n}`, { payload: { takesMs } }));
          if (thenMs > 0) await clock.advance(thenMs);
        }
        // All that the handlers take, one after the other, and a look at a queue for each.
        await clock.advance(given.length * 40);
        for (let n = 0; n < 4; n++) {
          expect(await queues.getQueueStats(`q${n}`)).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
        }
        expect(slots.used).toBe(0);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
