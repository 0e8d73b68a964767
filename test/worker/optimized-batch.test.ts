import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/clock.ts';
import { createLogger } from '../../src/logger.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import {
  AverageTimeRule,
  type BatchContext,
  MetricsCollector,
  OptimizedBatchWorker,
  type WorkerObserver,
} from '../../src/worker/index.ts';
import { Bench, message } from './support.ts';

/** Batches that take as long as they are told. */
class TimedWorker extends OptimizedBatchWorker {
  tookMs = 0;
  readonly sizes: number[] = [];

  protected override async processBatch(messages: readonly WorkerMessage[], { clock, signal }: BatchContext) {
    this.sizes.push(messages.length);
    await sleep(clock, this.tookMs, signal);
    return messages.map(() => true);
  }
}

describe('OptimizedBatchWorker', () => {
  it('grows while batches are fast, and shrinks when they get slow, within its bounds', async () => {
    await using bench = new Bench();
    const worker = bench.own(new TimedWorker(bench.options({ maxWaitMs: 10 })));
    await bench.send(...Array.from({ length: 2000 }, (_, n) => message(`m${n}`)));
    worker.start();
    worker.tookMs = 100;
    await bench.clock.advance(999);
    expect(worker.sizes).toEqual([10, 12, 15, 18, 22, 27, 33, 40, 48, 50]);
    worker.tookMs = 60_000;
    await bench.clock.advance(601_000);
    expect(worker.batchSize).toBeLessThan(50);
    await bench.clock.advance(1_200_000);
    expect(worker.batchSize).toBe(5);
  });

  it('takes another rule, and makes what it answers usable', async () => {
    await using bench = new Bench();
    const answers = [Number.NaN, 0, 1000, 2.4];
    const seen: number[][] = [];
    const sizeRule = {
      initial: 2,
      next: (_: number, durationsMs: readonly number[]) => {
        seen.push([...durationsMs]);
        return answers.shift() ?? 1;
      },
    };
    const worker = bench.own(new TimedWorker(bench.options({ sizeRule, maxWaitMs: 0 })));
    worker.tookMs = 7;
    const sizes = [worker.batchSize];
    worker.start();
    for (let n = 0; n < 12; n++) {
      await bench.send(message(`m${n}`));
      await bench.clock.advance(8);
      sizes.push(worker.batchSize);
    }
    expect(sizes.slice(0, 6)).toEqual([2, 2, 1, 256, 2, 1]);
    expect(seen.map(({ length }) => length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]);
  });
});

describe('a rule that throws', () => {
  it.each([
    ['a batch that is done', async () => [true], { processed: 1, errors: 0 }],
    ['a batch that throws', () => Promise.reject(new Error('all of it')), { processed: 0, errors: 1 }],
  ])('is logged after %s, which keeps its result and the size', async (_, work, counted) => {
    await using bench = new Bench();
    class Worker extends OptimizedBatchWorker {
      protected override processBatch = () => work();
    }
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const metrics = new MetricsCollector({ clock: bench.clock });
    const failures: unknown[] = [];
    const observers: WorkerObserver[] = [
      { failed: (__, ___, outcome) => void failures.push('error' in outcome && outcome.error?.message) },
    ];
    const sizeRule = {
      initial: 3,
      next: () => {
        throw new Error('a rule of mine');
      },
    };
    const options = { sizeRule, logger, metrics, observers, maxWaitMs: 0 };
    const worker = bench.own(new Worker(bench.options(options)));
    worker.start();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    expect(worker.batchSize).toBe(3);
    expect(metrics.getMetrics('w')).toMatchObject(counted);
    expect(failures).toEqual(counted.errors > 0 ? ['all of it'] : []);
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
    expect(errors).toMatchObject([{ worker: 'w', err: { message: 'a rule of mine' } }]);
  });
});

/** Batches whose results come one after the other. */
class StaggeredWorker extends TimedWorker {
  protected override async processBatch(messages: readonly WorkerMessage[], { clock }: BatchContext) {
    return messages.map((_, index) => sleep(clock, index * this.tookMs).then(() => true)) as never;
  }
}

describe('a batch whose results are promises', () => {
  it('has taken until the last of them', async () => {
    await using bench = new Bench();
    const seen: number[] = [];
    const next = (_: number, durationsMs: readonly number[]) => {
      seen.push(...durationsMs);
      return 3;
    };
    const sizeRule = { initial: 3, next };
    const worker = bench.own(new StaggeredWorker(bench.options({ sizeRule })));
    worker.tookMs = 50;
    await bench.send(...['a', 'b', 'c'].map((id) => message(id)));
    worker.start();
    await bench.clock.advance(99);
    expect([seen, (await bench.stats()).inFlight]).toEqual([[], 1]);
    await bench.clock.advance(1);
    expect(seen).toEqual([100]);
  });

  it('has taken until it threw', async () => {
    await using bench = new Bench();
    class Failing extends TimedWorker {
      protected override async processBatch(): Promise<boolean[]> {
        throw new Error('all of it');
      }
    }
    const sizeRule = { initial: 1, next: () => 7 };
    const worker = bench.own(new Failing(bench.options({ sizeRule })));
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1);
    expect(worker.batchSize).toBe(7);
  });
});

describe('AverageTimeRule', () => {
  const rule = new AverageTimeRule();

  it.each([
    [10, [], 10],
    [10, [1999], 12],
    [10, [2000], 10],
    [10, [5000], 10],
    [10, [5001], 8],
    [10, [1, 9999, 9999], 8],
    [5, [9000], 5],
    [50, [1], 50],
    [49, [1], 50],
    [6, [9000], 5],
  ])('makes of %d after %j: %d', (size, durations, next) => expect(rule.next(size, durations)).toBe(next));

  it('begins within its bounds', () => {
    expect(rule.initial).toBe(10);
    expect(new AverageTimeRule({ min: 20, max: 30 }).initial).toBe(20);
    expect(new AverageTimeRule({ max: 8 }).initial).toBe(8);
  });

  it.each([
    [{ min: 0 }, 'bounds must be within 1..256, got 0..50'],
    [{ min: 60 }, 'bounds must be within 1..256, got 60..50'],
    [{ max: 257 }, 'bounds must be within 1..256, got 5..257'],
    [{ fastMs: 6000 }, 'fastMs must be at most slowMs, got 6000 and 5000'],
  ])('refuses %j', (options, reason) => {
    expect(() => new AverageTimeRule(options)).toThrow(new RangeError(reason));
  });

  it('takes bounds up to their ends, and one time for both', () => {
    const options = { min: 1, max: 256, initial: 256, slowMs: 2000, fastMs: 2000 };
    expect(new AverageTimeRule(options).initial).toBe(256);
    expect(new AverageTimeRule({ min: 7, max: 7 }).initial).toBe(7);
  });
});
