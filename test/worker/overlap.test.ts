import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { QueueError } from '../../src/errors.ts';
import type { ExchangeReply, QueueManager } from '../../src/queue/types.ts';
import { Bench, message, overriding, QUEUE } from './support.ts';

const CONCURRENCY = 10;
/** What a worker may have in hand beside those that run. */
const AHEAD = 128;

describe('a worker of short messages with a far queue', () => {
  let bench: Bench;
  let underWay: number;
  let most: number;
  let inHand: number;
  let overlapping: boolean;
  /** Called when an exchange sets out; may throw. */
  let onSetOut: () => void;

  beforeEach(() => {
    bench = new Bench();
    [underWay, most, inHand] = [0, 0, 0];
    overlapping = true;
    onSetOut = () => undefined;
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  /** A queue that is a millisecond away, and counts. */
  function far(): QueueManager {
    const exchange: QueueManager['exchange'] = async (queue, request) => {
      underWay += 1;
      most = Math.max(most, underWay);
      try {
        onSetOut();
        const reply: ExchangeReply = await bench.queues.exchange(queue, request);
        inHand = Math.max(inHand, (await bench.stats()).inFlight);
        await sleep(bench.clock, 1);
        return reply;
      } finally {
        underWay -= 1;
      }
    };
    return overriding(bench.queues, { exchange, exchangesOverlap: overlapping });
  }

  /** Sends so many and starts a worker, whose handlers take `ms`; answers the ids in the order of their starts. */
  async function start(count: number, ms = 0) {
    const started: string[] = [];
    const items = Array.from({ length: count }, (_, n) => ({ message: message(`m${n}`) }));
    await bench.queues.sendMessages(QUEUE, items);
    const worker = bench
      .worker({ concurrency: CONCURRENCY }, far())
      .registerHandler('greet', async ({ id }) => {
        started.push(id);
        if (ms > 0) await sleep(bench.clock, ms);
        return true;
      });
    worker.start();
    return { worker, started };
  }

  async function until(test: () => boolean) {
    for (let turn = 0; turn < 2000 && !test(); turn++) await bench.clock.advance(1);
    expect(test()).toBe(true);
  }

  it('has two exchanges under way, and never more in hand than it may', async () => {
    const { started } = await start(1500);
    await until(() => started.length === 1500);
    await bench.clock.advance(10);
    expect(new Set(started).size).toBe(1500);
    expect(await bench.stats()).toMatchObject({ ready: 0, inFlight: 0 });
    expect(most).toBe(2);
    // Those that ended are in flight until the queue has heard of it.
    expect(inHand).toBeGreaterThan(CONCURRENCY);
    expect(inHand).toBeLessThanOrEqual(2 * (CONCURRENCY + AHEAD));
  });

  it('has one under way where each is a commit', async () => {
    overlapping = false;
    const { started } = await start(1500);
    await until(() => started.length === 1500);
    expect(most).toBe(1);
  });

  it('has one under way while messages take long', async () => {
    const { started } = await start(200, 60);
    await until(() => started.length === 200);
    await bench.clock.advance(100);
    expect([most, inHand]).toEqual([1, CONCURRENCY]);
  });

  it('loses no result and repeats none when the queue goes out of reach under both', async () => {
    const { started } = await start(1500);
    let failures = 0;
    onSetOut = () => {
      if (failures === 2 || (failures === 0 && underWay < 2)) return;
      failures += 1;
      throw new QueueError('unavailable', 'out of reach');
    };
    await until(() => failures === 2);
    await until(() => started.length === 1500);
    await bench.clock.advance(10);
    expect(await bench.stats()).toMatchObject({ ready: 0, inFlight: 0 });
    expect(new Set(started).size).toBe(1500);
  });

  it('gives back what an exchange brings after quiet', async () => {
    const { worker, started } = await start(1500);
    onSetOut = () => {
      if (underWay === 2) worker.quiet();
    };
    await until(() => worker.state === 'quiet');
    const stopped = worker.stop();
    await bench.clock.advance(10);
    await stopped;
    expect(await bench.stats()).toMatchObject({ ready: 1500 - started.length, inFlight: 0 });
    expect(started.length).toBeLessThan(1500);
  });

  it('ends with an error when the queue is closed under both', async () => {
    const { worker } = await start(1500);
    let closed = false;
    onSetOut = () => {
      closed ||= underWay === 2;
      if (closed) throw new QueueError('closed', 'the queue manager is closed');
    };
    await until(() => worker.state === 'failed');
    expect(await worker.ended()).toMatchObject({ code: 'closed' });
  });

  it('ends with an error when only the earlier one hears of the end', async () => {
    const { worker } = await start(1500);
    let refused = 0;
    onSetOut = () => {
      if (most === 2 && underWay === 1) refused += 1;
      if (refused > 0) throw new QueueError('closed', 'the queue manager is closed');
    };
    await until(() => worker.state === 'failed');
    expect(await worker.ended()).toMatchObject({ code: 'closed' });
  });
});
