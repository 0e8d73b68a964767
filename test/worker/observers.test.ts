import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.ts';
import { dead, type HandlerResult, snooze, type WorkerObserver } from '../../src/worker/index.ts';
import { Bench, message } from './support.ts';

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

  async function run(answer: () => HandlerResult | Promise<HandlerResult>, options: object = {}) {
    const worker = bench.worker({ observers: [observer], retryPolicy: { delayMs: () => 7000 }, ...options });
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
    expect(lines.join('')).toContain('an observer of mine');
  });

  it('need not care for anything', async () => {
    await run(() => false, { observers: [{}], maxRetries: 0 });
    await bench.clock.advance(7020);
    expect(await bench.letters()).toHaveLength(1);
  });
});
