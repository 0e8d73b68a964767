import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { MemorySlotStore, MetricsCollector, type ScheduledOptions } from '../../src/worker/index.ts';
import { Bench } from './support.ts';
import { MINUTE, type Ticker, tickerOn } from './ticker.ts';

describe('ScheduledWorker', () => {
  let bench: Bench;
  let origin: number;

  beforeEach(() => {
    bench = new Bench();
    origin = bench.clock.now();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  const ticker = (options: Partial<ScheduledOptions> = {}): Ticker => tickerOn(bench, options);

  /** Ticks in minutes since the beginning. */
  const minutes = (worker: Ticker) => worker.ticks.map((slot) => (slot - origin) / MINUTE);

  it('runs a schedule that never ran, and then on time', async () => {
    const worker = ticker();
    worker.start();
    await bench.clock.advance(2 * MINUTE);
    expect(minutes(worker)).toEqual([0]);
    await bench.clock.advance(3 * MINUTE);
    expect(minutes(worker)).toEqual([0, 5]);
    await bench.clock.advance(10 * MINUTE);
    expect(minutes(worker)).toEqual([0, 5, 10, 15]);
  });

  it('has no further tick once it is quiet, and no queue', async () => {
    const worker = ticker();
    worker.start();
    await bench.clock.advance(1);
    worker.quiet();
    await bench.clock.advance(10 * MINUTE);
    expect([minutes(worker), worker.state, worker.queue, worker.inFlight]).toEqual([[0], 'stopped', '', 0]);
    expect([await worker.queueStats(), worker.exchange, await worker.ended()]).toEqual([null, null, null]);
  });

  it('leaves nothing running of a tick that does not listen when it is stopped', async () => {
    const worker = ticker();
    worker.work = () => new Promise(() => {});
    worker.start();
    await bench.clock.advance(1);
    const stopped = worker.stop(1000);
    await bench.clock.advance(1000);
    await stopped;
    // What is left is a heartbeat of the queue.
    expect([worker.state, worker.inFlight, bench.clock.pendingTimers]).toEqual(['stopped', 0, 1]);
  });

  it('runs by a cron expression', async () => {
    const worker = ticker({ schedule: { cron: '*/20 * * * *' } });
    worker.start();
    await bench.clock.advance(60 * MINUTE);
    expect(minutes(worker)).toEqual([0, 20, 40, 60]);
  });

  it('waits for nothing when the schedule is over', async () => {
    const worker = ticker({ schedule: { cron: '0 0 0 1 1 * 2025' } });
    worker.start();
    await bench.clock.advance(60 * MINUTE);
    expect(worker.ticks).toHaveLength(1);
    await worker.stop();
  });

  it('never overlaps itself, and makes up for what it missed by one run', async () => {
    const worker = ticker();
    let running = 0;
    worker.work = async ({ slot }) => {
      expect(++running).toBe(1);
      if (slot === origin) await new Promise<void>((resolve) => bench.clock.setTimeout(resolve, 17 * MINUTE));
      running -= 1;
    };
    worker.start();
    await bench.clock.advance(16 * MINUTE);
    expect([minutes(worker), worker.inFlight]).toEqual([[0], 1]);
    await bench.clock.advance(2 * MINUTE);
    expect([minutes(worker), worker.inFlight]).toEqual([[0, 15], 0]);
    await bench.clock.advance(2 * MINUTE);
    expect(minutes(worker)).toEqual([0, 15, 20]);
  });

  it('runs a tick once in a fleet, and once more for all that nobody ran', async () => {
    const slotStore = new MemorySlotStore();
    const [one, two] = [ticker({ slotStore }), ticker({ slotStore })];
    one.start();
    two.start();
    await bench.clock.advance(10 * MINUTE);
    expect([...one.ticks, ...two.ticks].sort()).toEqual([0, 5, 10].map((m) => origin + m * MINUTE));
    await Promise.all([one.stop(), two.stop()]);
    await bench.clock.advance(23 * MINUTE);
    const three = ticker({ slotStore });
    three.start();
    await bench.clock.advance(3 * MINUTE);
    expect(minutes(three)).toEqual([30, 35]);
  });

  it('keeps schedules of different names apart', async () => {
    const slotStore = new MemorySlotStore();
    const [one, two] = [ticker({ slotStore, name: 'one' }), ticker({ slotStore, name: 'two' })];
    one.start();
    two.start();
    await bench.clock.advance(1);
    expect([one.ticks.length, two.ticks.length]).toEqual([1, 1]);
  });

  it('starts late by its jitter', async () => {
    const worker = ticker({ jitterMs: 10_000, random: () => 0.5 });
    worker.start();
    await bench.clock.advance(4999);
    expect(worker.ticks).toEqual([]);
    await bench.clock.advance(1);
    expect(minutes(worker)).toEqual([0]);
  });

  it('goes on after a tick that failed, and counts it', async () => {
    const metrics = new MetricsCollector({ clock: bench.clock });
    const worker = ticker({ metrics });
    worker.work = async ({ slot }) => {
      if (slot === origin) throw new Error('odd');
    };
    worker.start();
    await bench.clock.advance(5 * MINUTE);
    expect(metrics.getMetrics('tick')).toMatchObject({ processed: 1, errors: 1, uptimeMs: 5 * MINUTE });
    expect([worker.state, await worker.queueStats(), worker.exchange]).toEqual(['running', null, null]);
  });

  it('asks again for a claim that got no answer, until the next slot has come', async () => {
    const slotStore = new MemorySlotStore();
    let down = true;
    const flaky = {
      claim: async (name: string, slot: number) => {
        if (down) throw new Error('out of reach');
        return await slotStore.claim(name, slot);
      },
    };
    const worker = ticker({ slotStore: flaky, metrics: null });
    worker.start();
    await bench.clock.advance(2 * MINUTE);
    down = false;
    await bench.clock.advance(MINUTE);
    expect(minutes(worker)).toEqual([0]);
    down = true;
    await bench.clock.advance(3 * MINUTE);
    await bench.clock.advance(5 * MINUTE);
    down = false;
    await bench.clock.advance(MINUTE);
    expect(minutes(worker)).toEqual([0, 10]);
    down = true;
    await bench.clock.advance(4 * MINUTE);
    await worker.stop();
    expect(worker.ticks).toHaveLength(2);
  });

  it('tells a tick that takes too long, and waits for it all the same', async () => {
    const worker = ticker({ timeoutMs: 1000 });
    const reasons: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    worker.work = async ({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason.code));
      await promise;
    };
    worker.start();
    await bench.clock.advance(6 * MINUTE);
    expect([reasons, minutes(worker)]).toEqual([['timeout'], [0]]);
    resolve();
    await bench.clock.advance(1);
    expect(minutes(worker)).toEqual([0, 5]);
  });

  it('finishes its tick at a stop, and lets go of it at the deadline', async () => {
    const worker = ticker({ timeoutMs: 0 });
    const reasons: unknown[] = [];
    worker.work = ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason.code));
        if (worker.ticks.length === 1) bench.clock.setTimeout(resolve, 2000);
      });
    worker.start();
    await bench.clock.advance(1);
    const first = worker.stop(5000);
    await bench.clock.advance(2000);
    await first;
    expect([worker.state, reasons]).toEqual(['stopped', []]);
    await bench.clock.advance(5 * MINUTE);
    worker.start();
    await bench.clock.advance(1);
    const second = worker.stop(5000);
    await bench.clock.advance(5000);
    await second;
    expect([worker.state, worker.inFlight, reasons]).toEqual(['stopped', 0, ['shutdown']]);
  });

  it.each([
    ['a shorter deadline brings its end forward', 1000, 1000],
    ['a longer one does not put it off', 9000, 5000],
  ])('while it stops, %s', async (_, laterMs, afterMs) => {
    const worker = ticker();
    const reasons: unknown[] = [];
    worker.work = ({ signal }) =>
      new Promise(() => signal.addEventListener('abort', () => reasons.push(signal.reason.code)));
    worker.start();
    await bench.clock.advance(1);
    const stops = [worker.stop(5000), worker.stop(laterMs)];
    await bench.clock.advance(afterMs - 1);
    expect([worker.state, reasons]).toEqual(['stopping', []]);
    await bench.clock.advance(1);
    await Promise.all(stops);
    expect([worker.state, reasons]).toEqual(['stopped', ['shutdown']]);
  });

  it('runs no tick whose claim is answered after its stop', async () => {
    const claim = Promise.withResolvers<boolean>();
    const worker = ticker({ slotStore: { claim: () => claim.promise } });
    worker.start();
    await bench.clock.advance(1);
    await worker.stop(0);
    claim.resolve(true);
    await bench.clock.advance(1);
    expect([worker.state, worker.ticks]).toEqual(['stopped', []]);
  });

  it('runs the tick whose claim is answered while it stops', async () => {
    const claim = Promise.withResolvers<boolean>();
    const worker = ticker({ slotStore: { claim: () => claim.promise } });
    worker.start();
    await bench.clock.advance(1);
    const stopped = worker.stop(1000);
    claim.resolve(true);
    await stopped;
    expect(minutes(worker)).toEqual([0]);
  });

  it('waits after a start for the tick that it let go of, but not for its own stop', async () => {
    const worker = ticker();
    const first = Promise.withResolvers<void>();
    worker.work = () => (worker.ticks.length === 1 ? first.promise : Promise.resolve());
    worker.start();
    await bench.clock.advance(1);
    await worker.stop(0);
    expect(worker.inFlight).toBe(0);
    worker.start();
    await bench.clock.advance(6 * MINUTE);
    expect([minutes(worker), worker.inFlight]).toEqual([[0], 1]);
    await worker.stop(1000);
    expect(worker.inFlight).toBe(0);
    worker.start();
    expect(worker.inFlight).toBe(1);
    first.resolve();
    await bench.clock.advance(1);
    expect([minutes(worker), worker.inFlight]).toEqual([[0, 5], 0]);
    await worker.stop();
    worker.start();
    // It has let go of nothing.
    expect(worker.inFlight).toBe(0);
  });

  it('dies of a schedule that breaks, and says so', async () => {
    let broken = false;
    const clock = new Proxy(bench.clock, {
      get(target, name) {
        if (name === 'now' && broken) throw new Error('no clock');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const worker = ticker({ clock, metrics: null });
    worker.start();
    await bench.clock.advance(1);
    broken = true;
    await bench.clock.advance(5 * MINUTE);
    expect([worker.state, (await worker.ended())?.message]).toEqual(['failed', 'no clock']);
  });

  it('refuses numbers out of range, and what is no schedule', () => {
    expect(() => ticker({ jitterMs: -1 })).toThrow(/^jitterMs .* -1$/);
    expect(() => ticker({ jitterMs: -1 })).toThrow(RangeError);
    expect(() => ticker({ timeoutMs: 1.5 })).toThrow(/^timeoutMs .* 1\.5$/);
    expect(() => ticker({ timeoutMs: 1.5 })).toThrow(RangeError);
    expect(() => ticker({ schedule: { cron: '' } })).toThrow(ConfigError);
  });
});
