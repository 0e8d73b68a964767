import { describe, expect, it } from 'vitest';
import { PermanentError, ValidationError } from '../../src/errors.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import {
  ConcurrentWorker,
  ExponentialBackoff,
  FixedDelay,
  RetryableWorker,
  type RetryPolicy,
  TransientBackoff,
} from '../../src/worker/index.ts';
import { Bench, latch, message } from './support.ts';

const late = () => 1 - Number.EPSILON;

describe('ExponentialBackoff', () => {
  it('doubles from 60 s to an hour, with jitter over the upper half', () => {
    const highest = new ExponentialBackoff({ random: late });
    const lowest = new ExponentialBackoff({ random: () => 0 });
    const attempts = [1, 2, 3, 6, 7, 50];
    expect(attempts.map((n) => highest.delayMs(n) / 1000)).toEqual([60, 120, 240, 1920, 3600, 3600]);
    expect(attempts.map((n) => lowest.delayMs(n) / 1000)).toEqual([30, 60, 120, 960, 1800, 1800]);
  });

  it('allows three retries, and none of errors that cannot heal', () => {
    const policy = new ExponentialBackoff();
    expect([1, 3, 4].map((n) => policy.shouldRetry(n))).toEqual([true, true, false]);
    const verdicts = [
      new Error('odd'),
      new ValidationError('a', 'bad'),
      new PermanentError('gone', 'gone'),
      new TypeError('x is not a function'),
      new ReferenceError('x'),
      new SyntaxError('x'),
      new RangeError('x'),
      // What fetch throws when the network fails.
      new TypeError('fetch failed', { cause: new Error('ECONNRESET') }),
    ].map((error) => policy.shouldRetry(1, error));
    expect(verdicts).toEqual([true, false, false, false, false, false, false, true]);
  });

  it('waits at least as long as an error asks for', () => {
    const policy = new ExponentialBackoff({ baseMs: 1000, random: late });
    const asking = (retryAfterMs: unknown) => Object.assign(new Error('slow down'), { retryAfterMs });
    expect(policy.delayMs(1, asking(90_000))).toBe(90_000);
    expect(policy.delayMs(1, asking(10))).toBe(1000);
    expect(policy.delayMs(1, asking('soon'))).toBe(1000);
    expect(new FixedDelay(500).delayMs(1, asking(700))).toBe(700);
    expect(new FixedDelay(500).delayMs(9)).toBe(500);
  });

  it('has a longest delay that is never under its first', () => {
    expect(new ExponentialBackoff({ baseMs: 7_200_000, random: late }).delayMs(9)).toBe(7_200_000);
  });

  it.each([
    [{ baseMs: 0 }, 'baseMs must be over 0, got 0'],
    [{ baseMs: Number.POSITIVE_INFINITY }, 'baseMs must be over 0, got Infinity'],
    [{ factor: 0.5 }, 'factor must be at least 1, got 0.5'],
    [{ factor: Number.NaN }, 'factor must be at least 1, got NaN'],
    [{ factor: Number.POSITIVE_INFINITY }, 'factor must be at least 1, got Infinity'],
    [{ baseMs: 10, maxMs: 5 }, 'maxMs must be at least baseMs, got 5'],
    [{ maxRetries: -1 }, 'maxRetries must be at least 0, got -1'],
  ])('refuses %o', (options, reason) => {
    expect(() => new ExponentialBackoff(options)).toThrow(new RangeError(reason));
  });

  it('takes the ends of its ranges', () => {
    const steady = new ExponentialBackoff({
      baseMs: 1,
      factor: 1,
      maxMs: 1,
      maxRetries: 0,
      random: late,
    });
    expect([steady.delayMs(1), steady.delayMs(9)]).toEqual([1, 1]);
    expect([steady.shouldRetry(0), steady.shouldRetry(1)]).toEqual([true, false]);
    const endless = new ExponentialBackoff({ maxRetries: Number.POSITIVE_INFINITY });
    expect(endless.shouldRetry(1_000_000)).toBe(true);
    // There is no attempt before the first.
    expect(new ExponentialBackoff({ random: late }).delayMs(0)).toBe(60_000);
  });

  it('a fixed delay is not negative', () => {
    expect(() => new FixedDelay(-1)).toThrow(new RangeError('delayMs must be at least 0, got -1'));
    expect(() => new FixedDelay(Number.NaN)).toThrow(RangeError);
    expect(new FixedDelay(0).delayMs(1)).toBe(0);
  });
});

describe('TransientBackoff', () => {
  it('forgets who failed longest ago when there are too many', () => {
    const backoff = new TransientBackoff({ random: late });
    expect([backoff.failed('first'), backoff.failed('first')]).toEqual([5000, 10_000]);
    for (let n = 0; n < 10_000; n++) backoff.failed(`other${n}`);
    expect([backoff.failed('first'), backoff.failed('other9999')]).toEqual([5000, 10_000]);
    backoff.succeeded('other9999');
    expect(backoff.failed('other9999')).toBe(5000);
  });
});

describe('RetryableWorker', () => {
  class Failing extends RetryableWorker {
    calls = 0;
    error: Error = new Error('odd');

    protected override processMessage(): never {
      this.calls += 1;
      throw this.error;
    }
  }

  it('tries three times more, also where a message would allow more', async () => {
    await using bench = new Bench();
    const worker = bench.own(new Failing(bench.options({ waitMs: 60_000 })));
    worker.start();
    await bench.send(message('a', { maxRetries: 10 }));
    await bench.clock.advance(24 * 3_600_000);
    expect(worker.calls).toBe(4);
    expect(await bench.letters()).toMatchObject([
      { id: 'a', attempts: 4, error: { type: 'Error', message: 'odd' } },
    ]);
  });

  it('keeps to the message where that allows less', async () => {
    await using bench = new Bench();
    const worker = bench.own(new Failing(bench.options({ waitMs: 60_000 })));
    worker.start();
    await bench.send(message('a', { maxRetries: 1 }));
    await bench.clock.advance(24 * 3_600_000);
    expect(worker.calls).toBe(2);
  });

  it('survives a policy that fails, or answers nonsense', async () => {
    await using bench = new Bench();
    const answers = [Number.NaN, -5, '5' as unknown as number, Number.POSITIVE_INFINITY];
    const retryPolicy: RetryPolicy = {
      shouldRetry: (attempt) => {
        if (attempt === 1) throw new Error('no idea');
        return true;
      },
      delayMs: (attempt) => {
        if (attempt === 1) throw new Error('no idea');
        return answers.shift() ?? 0;
      },
    };
    const delays: number[] = [];
    const observers = [
      { retried: (_: string, __: WorkerMessage, delayMs: number) => void delays.push(delayMs) },
    ];
    const worker = bench.own(new Failing(bench.options({ retryPolicy, observers, waitMs: 60_000 })));
    worker.start();
    await bench.send(message('a', { maxRetries: 10 }));
    await bench.clock.advance(180_010);
    expect(worker.calls).toBe(5);
    // What is no number is a minute; less than nothing is at once; longer than ever is 30 days.
    expect(delays).toEqual([60_000, 60_000, 0, 60_000, 30 * 86_400_000]);
  });
});

describe('ConcurrentWorker', () => {
  class Concurrent extends ConcurrentWorker {
    readonly held = latch();

    protected override async processMessage(given: WorkerMessage, context: { signal: AbortSignal }) {
      return await this.held.handler(given, context);
    }
  }

  it('has five in flight, unless told otherwise', async () => {
    await using bench = new Bench();
    const worker = bench.own(new Concurrent(bench.options()));
    const other = bench.own(new Concurrent(bench.options({ name: 'two', concurrency: 2 })));
    await bench.send(...Array.from({ length: 9 }, (_, n) => message(`m${n}`)));
    worker.start();
    await bench.clock.advance(1);
    other.start();
    await bench.clock.advance(1);
    expect([worker.inFlight, other.inFlight]).toEqual([5, 2]);
    expect(await bench.stats()).toMatchObject({ inFlight: 7, ready: 2 });
  });
});
