import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventWorker, SlotPool, WorkerManager } from '../../src/worker/index.ts';
import { Bench, latch, message } from './support.ts';

describe('SlotPool', () => {
  const join = (pool: SlotPool, priority: number, rung: string[] = []) =>
    pool.join(priority, () => rung.push(`rung ${priority}`));

  it('keeps one slot for the lowest priority', () => {
    const pool = new SlotPool(4);
    const [high, low] = [join(pool, 3), join(pool, 1)];
    expect(high.take(10)).toBe(3);
    expect(high.take(1)).toBe(0);
    expect(low.take(10)).toBe(1);
    expect(pool.used).toBe(4);
  });

  it('keeps none where there is one priority, or one slot', () => {
    const even = new SlotPool(2);
    join(even, 1);
    expect(join(even, 1).take(5)).toBe(2);
    const single = new SlotPool(1);
    join(single, 1);
    expect(join(single, 2).take(5)).toBe(1);
  });

  it('gives the lowest all that nobody else is in line for', () => {
    const pool = new SlotPool(3);
    const [, low] = [join(pool, 3), join(pool, 1)];
    expect(low.take(10)).toBe(3);
  });

  it('serves those in line by priority, and rings only who can take one', () => {
    const pool = new SlotPool(3);
    const rung: string[] = [];
    const [fixes, analyses, monitoring] = [join(pool, 3, rung), join(pool, 2, rung), join(pool, 1, rung)];
    expect(fixes.take(2)).toBe(2);
    expect([analyses.take(1), fixes.take(1)]).toEqual([0, 0]);
    fixes.give(1);
    expect(rung).toEqual(['rung 3']);
    expect(analyses.available()).toBe(0);
    // The kept one is there for the lowest, whoever is in line.
    expect(monitoring.available()).toBe(1);
    fixes.stepOut();
    fixes.stepOut();
    expect(rung).toEqual(['rung 3', 'rung 2']);
    expect(analyses.take(1)).toBe(1);
  });

  it('rings who waited for one that then takes nothing', () => {
    const pool = new SlotPool(1);
    const rung: string[] = [];
    const [busy, high, low] = [join(pool, 3), join(pool, 2, rung), join(pool, 1, rung)];
    expect([busy.take(1), high.available()]).toEqual([1, 0]);
    busy.give(1);
    expect(low.available()).toBe(0);
    expect(rung).toEqual(['rung 2']);
    expect(high.available()).toBe(1);
    expect(rung).toEqual(['rung 2', 'rung 1']);
    expect(low.take(1)).toBe(1);
  });

  it('gives back what a leaver held', () => {
    const pool = new SlotPool(2);
    const rung: string[] = [];
    const [one, other] = [join(pool, 1), join(pool, 1, rung)];
    expect(one.take(2)).toBe(2);
    expect(other.take(1)).toBe(0);
    one.leave();
    one.leave();
    expect(rung).toEqual(['rung 1']);
    expect([pool.used, other.take(2)]).toEqual([0, 2]);
    other.give(5);
    expect(pool.used).toBe(0);
  });

  it.each([0, 1025, 1.5])('refuses a size of %d', (size) => {
    const refused = new RangeError(`size must be an integer of 1..1024, got ${size}`);
    expect(() => new SlotPool(size)).toThrow(refused);
  });

  it.each([1, 1024])('has a size of %d', (size) => expect(new SlotPool(size).size).toBe(size));
});

describe('workers on one pool of slots', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  function worker(queue: string, slotPriority: number, slots: SlotPool, options: object = {}): EventWorker {
    const settings = { name: queue, queue, concurrency: 10, slotPriority, slots, ...options };
    return bench.own(new EventWorker(bench.options(settings)));
  }

  async function fill(queue: string, count: number): Promise<void> {
    for (let n = 0; n < count; n++) await bench.queues.sendMessage(queue, message(`${queue}${n}`));
  }

  const inFlight = async (queue: string) => (await bench.queues.getQueueStats(queue)).inFlight;

  it('share it: the higher first, one for the lowest, and nothing is fetched that has no slot', async () => {
    const pool = new SlotPool(4);
    const held = latch();
    for (const queue of ['fix', 'analysis', 'monitor']) await fill(queue, 5);
    for (const [queue, priority] of [
      ['fix', 3],
      ['analysis', 2],
      ['monitor', 1],
    ] as const) {
      worker(queue, priority, pool).registerHandler('greet', held.handler).start();
    }
    await bench.clock.advance(20_000);
    expect(pool.used).toBe(4);
    expect(held.started.filter((id) => id.startsWith('monitor'))).toHaveLength(1);
    const figures = await Promise.all(['fix', 'analysis', 'monitor'].map(inFlight));
    expect(figures.reduce((sum, count) => sum + count)).toBe(4);
    held.letGo();
    await bench.clock.advance(20_000);
    expect(held.started).toHaveLength(15);
    expect(pool.used).toBe(0);
  });

  it('a free slot goes to the highest that has work', async () => {
    const pool = new SlotPool(2);
    const order: string[] = [];
    const gates = new Map<string, () => void>();
    const handler = async ({ id }: { id: string }) => {
      order.push(id);
      await new Promise<void>((resolve) => gates.set(id, resolve));
      return true;
    };
    const next = async () => {
      gates.get(order.at(-1) ?? '')?.();
      await bench.clock.advance(1);
    };
    await fill('low', 2);
    // With a third priority below, the kept slot is out of the way.
    worker('idle', 0, pool).start();
    worker('low', 1, pool).registerHandler('greet', handler).start();
    await bench.clock.advance(1);
    expect(order).toEqual(['low0']);
    await fill('high', 2);
    worker('high', 2, pool).registerHandler('greet', handler).start();
    await bench.clock.advance(1);
    await next();
    await next();
    await next();
    expect(order).toEqual(['low0', 'high0', 'high1', 'low1']);
    await next();
    expect(pool.used).toBe(0);
  });

  it('an idle worker keeps no slot from the others', async () => {
    const pool = new SlotPool(1);
    worker('idle', 5, pool).start();
    await fill('busy', 3);
    const held = latch();
    held.letGo();
    worker('busy', 5, pool).registerHandler('greet', held.handler).start();
    await bench.clock.advance(1);
    expect(held.started).toHaveLength(3);
  });

  it('a message that finds no slot goes back after a while, and another process can have it', async () => {
    const pool = new SlotPool(1);
    const held = latch();
    const [one, two] = [worker('one', 1, pool, { waitMs: 1000 }), worker('two', 1, pool, { waitMs: 1000 })];
    one.registerHandler('greet', held.handler).start();
    two.registerHandler('greet', held.handler).start();
    await bench.clock.advance(1);
    // Both wait for a message without a slot; both get one, and one of them the slot.
    await Promise.all([fill('one', 1), fill('two', 1)]);
    await bench.clock.advance(1);
    expect(held.started).toHaveLength(1);
    const loser = held.started[0] === 'one0' ? 'two' : 'one';
    expect(await inFlight(loser)).toBe(1);
    await bench.clock.advance(1000);
    expect(await bench.queues.getQueueStats(loser)).toMatchObject({ inFlight: 0, ready: 1 });
    held.letGo();
    await bench.clock.advance(1);
    expect(held.started).toHaveLength(2);
  });

  it('a worker that stops leaves its slots to the others', async () => {
    const pool = new SlotPool(1);
    const held = latch();
    const first = worker('first', 1, pool).registerHandler('greet', held.handler);
    const second = worker('second', 1, pool).registerHandler('greet', held.handler);
    await fill('first', 1);
    first.start();
    await bench.clock.advance(1);
    await fill('second', 1);
    second.start();
    await bench.clock.advance(1);
    expect(held.started).toEqual(['first0']);
    const stopped = first.stop(100);
    await bench.clock.advance(100);
    await stopped;
    await bench.clock.advance(1);
    expect(held.started).toEqual(['first0', 'second0']);
  });

  it('a manager gives its pool to its workers, but for those that have their own', async () => {
    const [pool, own] = [new SlotPool(1), new SlotPool(7)];
    const manager = new WorkerManager(undefined, { clock: bench.clock, slots: pool });
    const held = latch();
    for (const name of ['one', 'two']) {
      await fill(name, 1);
      manager.register(
        bench
          .own(new EventWorker(bench.options({ name, queue: name })))
          .registerHandler('greet', held.handler),
      );
    }
    await fill('three', 1);
    manager.register(worker('three', 0, own).registerHandler('greet', held.handler));
    manager.startAll();
    await bench.clock.advance(1);
    expect([pool.used, own.used]).toEqual([1, 1]);
    held.letGo();
    await bench.clock.advance(1);
    expect(held.started).toHaveLength(3);
    await manager.stopAll();
  });
});
