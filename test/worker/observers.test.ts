import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import {
  dead,
  type HandlerResult,
  MetricsCollector,
  snooze,
  type WorkerObserver,
  type WorkerOptions,
} from '../../src/worker/index.ts';
import { Bench, message, overriding } from './support.ts';

describe('WorkerObserver', () => {
  let bench: Bench;
  let told: string[];

  beforeEach(() => {
    bench = new Bench();
    told = [];
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  const observer: WorkerObserver = {
    started: (worker) => told.push(`${worker} started`),
    stopped: (worker, error) => told.push(`${worker} stopped${error ? ` by ${error.message}` : ''}`),
    messageStarted: (_, { id }) => told.push(`${id} started`),
    processed: (_, { id }, durationMs) => told.push(`${id} processed in ${durationMs}`),
    failed: (_, { id }, { kind }, durationMs) => told.push(`${id} failed: ${kind} in ${durationMs}`),
    retried: (_, { id }, delayMs) => told.push(`${id} retried in ${delayMs}`),
    dead: (_, { id }, reason) => told.push(`${id} dead: ${reason}`),
    progress: (_, { id }, fraction, note) => told.push(`${id} at ${fraction}${note ? `: ${note}` : ''}`),
  };

  async function run(
    answer: () => HandlerResult | Promise<HandlerResult>,
    { queues, ...options }: Partial<WorkerOptions> = {},
  ) {
    const retryPolicy = { delayMs: () => 7000 };
    const worker = bench.worker({ observers: [observer], retryPolicy, ...options }, queues);
    worker.registerHandler('greet', async (_, { progress, clock }) => {
      progress(0.5);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 10));
      progress(1, 'nearly');
      return await answer();
    });
    worker.start();
    await bench.send(message('a', { maxRetries: 1 }));
    await bench.clock.advance(10);
    return worker;
  }

  const begun = ['w started', 'a started', 'a at 0.5', 'a at 1: nearly'];

  it('is told of a message that is done', async () => {
    const worker = await run(() => true);
    await worker.stop();
    expect(told).toEqual([...begun, 'a processed in 10', 'w stopped']);
  });

  it('is told of failures, retries and the end', async () => {
    await run(() => false);
    await bench.clock.advance(7010);
    const reason = 'the handler answered false';
    expect(told).toEqual([
      ...begun,
      'a failed: retry in 10',
      'a retried in 7000',
      ...begun.slice(1),
      'a failed: retry in 10',
      `a dead: ${reason}`,
    ]);
    expect(await bench.letters()).toHaveLength(1);
  });

  it('is told of what is dead, and of a snooze as a failure without a retry', async () => {
    const answers = [snooze(1000), dead('no use')];
    await run(() => answers.shift() ?? true);
    await bench.clock.advance(1010);
    expect(told.slice(begun.length)).toEqual([
      'a failed: snooze in 10',
      ...begun.slice(1),
      'a failed: dead in 10',
      'a dead: no use',
    ]);
  });

  it.each([
    ['dead', () => dead('no use'), 'no use'],
    ['a last retry', () => false, 'the handler answered false'],
  ])('without dead letters, %s is dropped', async (_, answer, reason) => {
    await run(answer, { deadLetters: false, retryPolicy: { delayMs: () => 0 } });
    await bench.clock.advance(20);
    expect(told.at(-1)).toBe(`a dead: ${reason}`);
    expect(await bench.stats()).toMatchObject({ ready: 0, delayed: 0, inFlight: 0, dead: 0 });
  });

  it('that throws is logged and disturbs nothing', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const bad: WorkerObserver = {
      messageStarted() {
        throw new Error('an observer of mine');
      },
    };
    await run(() => true, { observers: [bad, observer], logger });
    expect(told).toContain('a processed in 10');
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
    expect(errors).toMatchObject([{ worker: 'w', err: { message: 'an observer of mine' } }]);
  });

  it('that rejects is logged like one that throws, and nobody waits for it', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const bad: WorkerObserver = { processed: () => Promise.reject(new Error('an observer of mine')) };
    const never: WorkerObserver = { processed: () => new Promise(() => {}) };
    await run(() => true, { observers: [never, bad, observer], logger });
    expect(told).toContain('a processed in 10');
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
    expect(errors).toMatchObject([{ worker: 'w', err: { message: 'an observer of mine' } }]);
  });

  it('need not care for anything', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const answers = [false, snooze(0), true, dead('no use')];
    let lose = false;
    const queues = overriding(bench.queues, {
      async exchange(queue, request) {
        const reply = await bench.queues.exchange(queue, request);
        return lose ? { ...reply, results: reply.results.map(() => 'lost' as const) } : reply;
      },
    });
    const options = { observers: [{}], logger, queues };
    const worker = await run(() => answers.shift() ?? true, options);
    await bench.clock.advance(7020);
    await bench.send(message('b'), message('c'));
    await bench.clock.advance(20);
    lose = true;
    await bench.clock.advance(10);
    await worker.stop();
    expect((await bench.letters()).map(({ id }) => id)).toEqual(['b']);
    expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });

  it('is told of a lease that was lost, and of nothing else then; no figure counts it', async () => {
    const lost: string[] = [];
    const metrics = new MetricsCollector({ clock: bench.clock });
    const queues = overriding(bench.queues, {
      async exchange(queue, request) {
        const reply = await bench.queues.exchange(queue, request);
        return { ...reply, results: reply.results.map(() => 'lost' as const) };
      },
    });
    const observers = [
      { ...observer, lost: (name: string, { id }: { id: string }) => lost.push(`${name} ${id}`) },
    ];
    await run(() => true, { observers, queues, metrics });
    expect(lost).toEqual(['w a']);
    expect(told).toEqual(begun);
    expect(metrics.getMetrics('w')).toMatchObject({ processed: 0, errors: 0 });
  });

  it('has a line in the log beside each message that was not done', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const answers = [snooze(0, 'not yet'), snooze(0), false, dead('no use')];
    await run(() => answers.shift() ?? true, { logger, retryPolicy: { delayMs: () => 0 } });
    await bench.clock.advance(50);
    const told = lines.map((line) => JSON.parse(line)).filter(({ fate }) => fate);
    expect(told).toEqual([
      expect.objectContaining({ level: 30, fate: 'snoozed', delayMs: 0, reason: 'not yet', messageId: 'a' }),
      expect.objectContaining({ level: 30, fate: 'snoozed', delayMs: 0 }),
      expect.objectContaining({
        level: 40,
        fate: 'retried',
        delayMs: 0,
        reason: 'the handler answered false',
      }),
      expect.objectContaining({ level: 40, fate: 'dead', reason: 'no use' }),
    ]);
    expect(told[1]).not.toHaveProperty('reason');
    expect(told[3]).not.toHaveProperty('delayMs');
  });

  it('is told by which error a worker died', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const metrics = new MetricsCollector({ clock: bench.clock });
    const queues = overriding(bench.queues, {
      exchange: () => Promise.reject(new QueueError('closed', 'it is closed')),
    });
    bench.worker({ observers: [observer], logger, metrics }, queues).start();
    await bench.clock.advance(10);
    expect(told).toEqual(['w started', 'w stopped by it is closed']);
    expect(metrics.getMetrics('w').uptimeMs).toBe(0);
    const dying = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
    expect(dying).toMatchObject([{ worker: 'w', err: { message: 'it is closed' } }]);
  });
});
