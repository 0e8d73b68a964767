import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { createLogger } from '../../src/logger.ts';
import {
  MemorySlotStore,
  MetricsCollector,
  type ScheduledOptions,
  type ScheduledTick,
  WorkerManager,
} from '../../src/worker/index.ts';
import { Bench } from './support.ts';
import { MINUTE, type Ticker, tickerOn } from './ticker.ts';

describe('the figures of a ScheduledWorker', () => {
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

  it('tells how long its ticks took, whether or not they failed, and does without figures', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const metrics = new MetricsCollector({ clock: bench.clock });
    const work = async ({ slot }: ScheduledTick) => {
      await sleep(bench.clock, 700);
      if (slot > origin) throw new Error('not again');
    };
    const workers = [
      ticker({ metrics, logger }),
      ticker({ metrics: null, slotStore: new MemorySlotStore() }),
    ];
    for (const worker of workers) {
      worker.work = work;
      worker.start();
    }
    await bench.clock.advance(6 * MINUTE);
    expect(metrics.getMetrics('tick')).toMatchObject({ processed: 1, errors: 1, averageMs: 700, p99Ms: 700 });
    const failed = lines.map((line) => JSON.parse(line)).find(({ level }) => level === 50);
    expect(failed).toMatchObject({
      worker: 'tick',
      slot: origin + 5 * MINUTE,
      err: { message: 'not again' },
    });
    expect(workers.map((worker) => [minutes(worker), worker.state])).toEqual([
      [[0, 5], 'running'],
      [[0, 5], 'running'],
    ]);
  });

  it('gives its figures to the manager that it is registered with, unless it has a collector or none', async () => {
    const schedule = { schedule: { everyMs: MINUTE } };
    const [own, shared] = [
      new MetricsCollector({ clock: bench.clock }),
      new MetricsCollector({ clock: bench.clock }),
    ];
    const workers = [
      ticker({ ...schedule, name: 'shares' }),
      ticker({ ...schedule, name: 'owns', metrics: own }),
      ticker({ ...schedule, name: 'has none', metrics: null }),
    ];
    const manager = new WorkerManager(shared, { clock: bench.clock });
    for (const worker of workers) manager.register(worker);
    manager.startAll();
    await bench.clock.advance(1);
    const counted = (metrics: MetricsCollector) =>
      workers.map(({ name }) => metrics.getMetrics(name).processed);
    expect([counted(shared), counted(own)]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    await manager.stopAll();
  });
});
