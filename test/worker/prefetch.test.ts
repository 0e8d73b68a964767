import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlotPool } from '../../src/worker/index.ts';
import { Prefetch } from '../../src/worker/prefetch.ts';
import { Bench, message, QUEUE } from './support.ts';

describe('what is taken ahead', () => {
  const learned = (durationsMs: number[], aheadMs = 5) => {
    const prefetch = new Prefetch(aheadMs);
    for (const duration of durationsMs) prefetch.ended(duration);
    return prefetch;
  };
  const all = (durationMs: number) => Array.from({ length: 32 }, () => durationMs);

  it('is nothing until it is known how long messages take', () => {
    expect(learned(all(0).slice(1)).count(100)).toBe(0);
    expect(learned(all(0)).count(1)).toBe(128);
  });

  it('is what will be started within the time ahead, and at most 128', () => {
    expect(learned(all(1)).count(1)).toBe(5);
    expect(learned(all(10)).count(50)).toBe(25);
    expect(learned(all(0.01)).count(256)).toBe(128);
  });

  it('is nothing of messages that take longer, nor when none is asked for', () => {
    expect(learned(all(6)).count(1)).toBe(0);
    expect(learned(all(0), 0).count(100)).toBe(0);
  });

  it('goes down with the first slow message, and comes back', () => {
    const prefetch = learned([...all(0.1), 1000]);
    expect(prefetch.count(10)).toBe(0);
    for (let n = 0; n < 200; n++) prefetch.ended(0.1);
    expect(prefetch.count(10)).toBe(128);
  });
});

describe('a worker that takes ahead', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  /** Sends quick messages and then one that goes on for long, with others behind it. */
  async function behindALongOne(options: object = {}) {
    const started: string[] = [];
    const long = Promise.withResolvers<void>();
    const worker = bench.worker(options).registerHandler('greet', async ({ id }) => {
      started.push(id);
      if (id === 'long') await long.promise;
      return true;
    });
    worker.start();
    for (let n = 0; n < 40; n++) await bench.send(message(`quick ${n}`));
    await bench.clock.advance(1);
    await bench.clock.advance(1);
    await bench.queues.sendMessages(
      QUEUE,
      ['long', 'a', 'b'].map((id) => ({ message: message(id) })),
    );
    await bench.clock.advance(1);
    return { started, worker, end: long.resolve };
  }

  it('has short messages in hand before it can start them, and starts them in their order', async () => {
    const { started, end } = await behindALongOne();
    expect(await bench.stats()).toMatchObject({ inFlight: 3, ready: 0 });
    end();
    await bench.clock.advance(1);
    expect(started.slice(-3)).toEqual(['long', 'a', 'b']);
  });

  it('gives back what has waited in hand for as long as it waits for the queue', async () => {
    const { started, end } = await behindALongOne({ waitMs: 1000 });
    await bench.clock.advance(1001);
    expect(await bench.stats()).toMatchObject({ inFlight: 1, ready: 2 });
    expect((await bench.queues.getMessage(QUEUE))?.message).toMatchObject({ id: 'a', retryCount: 0 });
    end();
    await bench.clock.advance(1);
    expect(started.at(-1)).toBe('b');
  });

  it('takes nothing any more once it is quiet, and gives back what it had in hand', async () => {
    const { started, worker, end } = await behindALongOne();
    worker.quiet();
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ inFlight: 1, ready: 2 });
    end();
    await worker.stop();
    expect([await bench.queues.getQueueSize(QUEUE), started.at(-1)]).toEqual([2, 'long']);
  });

  it('takes nothing ahead where it is told not to, or shares its slots', async () => {
    for (const options of [{ aheadMs: 0 }, { slots: new SlotPool(1) }]) {
      await using other = new Bench();
      bench = other;
      const { end } = await behindALongOne(options);
      expect(await other.stats()).toMatchObject({ inFlight: 1, ready: 2 });
      end();
      await other.clock.advance(1);
    }
    bench = new Bench();
  });
});
