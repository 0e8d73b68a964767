import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TransientError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import type { Lease } from '../../src/queue/types.ts';
import {
  type HandlerResult,
  retry,
  snooze,
  type WorkerContext,
  type WorkerOptions,
} from '../../src/worker/index.ts';
import { Bench, message, overriding } from './support.ts';

/** What follows when a handler's signal aborts, whether or not the handler listens. */
describe('an aborted handler', () => {
  let bench: Bench;
  let lose: (() => void) | undefined;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  async function start(
    handler: (context: WorkerContext) => Promise<HandlerResult>,
    options: Partial<WorkerOptions> = {},
  ) {
    let held: Lease | undefined;
    let tell: ((lease: Lease) => void) | undefined;
    const queues = overriding(bench.queues, {
      onLeaseLost(listener) {
        tell = (lease) => listener(lease, 'superseded');
        return () => undefined;
      },
      async exchange(queue, request) {
        const reply = await bench.queues.exchange(queue, request);
        held ??= reply.messages[0]?.lease;
        return reply;
      },
    });
    lose = () => held && tell?.(held);
    const worker = bench.worker({ timeoutMs: 1000, ...options }, queues);
    worker.registerHandler('greet', (_, context) => handler(context)).start();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    return worker;
  }

  const stubborn = () => new Promise<HandlerResult>(() => {});
  const throwing =
    (error: unknown) =>
    ({ signal }: WorkerContext) =>
      new Promise<HandlerResult>((_, reject) => signal.addEventListener('abort', () => reject(error)));
  const answering =
    (result: HandlerResult) =>
    ({ signal }: WorkerContext) =>
      new Promise<HandlerResult>((resolve) => signal.addEventListener('abort', () => resolve(result)));

  it('that does not listen is waited for no longer than the grace, and its slot is free', async () => {
    const worker = await start(stubborn, { graceMs: 5000 });
    await bench.clock.advance(5998);
    expect(worker.inFlight).toBe(1);
    await bench.clock.advance(2);
    expect(worker.inFlight).toBe(0);
    expect(await bench.stats()).toMatchObject({ delayed: 1, inFlight: 0 });
    await bench.send(message('b'));
    await bench.clock.advance(1);
    expect(worker.inFlight).toBe(1);
  });

  it('has a time limit of its own, however many there are and whenever they began', async () => {
    const aborted: [id: string, at: number][] = [];
    const began = bench.clock.now();
    const worker = bench.worker({ timeoutMs: 1000, graceMs: 60_000, concurrency: 10 });
    worker.registerHandler('greet', ({ id }, { signal }) => {
      signal.addEventListener('abort', () => aborted.push([id, bench.clock.now() - began]));
      return id === 'short' ? true : stubborn();
    });
    worker.start();
    for (const [id, afterMs] of [
      ['first', 300],
      ['short', 0],
      ['second', 400],
      ['third', 300],
    ] as const) {
      await bench.send(message(id));
      await bench.clock.advance(afterMs);
    }
    await bench.clock.advance(2000);
    expect(aborted).toEqual([
      ['first', 1000],
      ['second', 1300],
      ['third', 1700],
    ]);
    await bench.send(message('later'));
    await bench.clock.advance(999);
    expect(aborted).toHaveLength(3);
    await bench.clock.advance(1);
    expect(aborted.at(-1)).toEqual(['later', 4000]);
  });

  it('that does not listen has a line in the log that says why it was to stop', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    await start(stubborn, { logger, graceMs: 5000 });
    await bench.clock.advance(6000);
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 50);
    expect(errors).toMatchObject([{ reason: 'timeout', messageId: 'a', worker: 'w' }]);
  });

  it('that threw because of a timeout has timed out, whatever it threw', async () => {
    await start(throwing(new TransientError('network', 'aborted')), {
      retryPolicy: { delayMs: () => 0, shouldRetry: () => false },
    });
    await bench.clock.advance(1000);
    const [letter] = await bench.letters();
    expect(letter?.error).toMatchObject({ type: 'timeout', message: 'the handler took too long' });
  });

  it('may still be done in time after its signal', async () => {
    await start(answering(true));
    await bench.clock.advance(1000);
    expect(await bench.stats()).toMatchObject({ delayed: 0, dead: 0, inFlight: 0 });
  });

  it.each([
    ['that threw', throwing(new Error('stopped')), 0],
    ['that answered false', answering(false), 0],
    ['that answered a retry', answering(retry()), 0],
    ['that answered a snooze', answering(snooze(1000)), 0],
    ['that does not listen', stubborn, 10_000],
  ])('%s and was cancelled ends as a dead letter', async (_, handler, graceMs) => {
    const worker = await start(handler, { timeoutMs: 0 });
    expect([worker.cancel('other'), worker.cancel('a')]).toEqual([false, true]);
    await bench.clock.advance(graceMs);
    expect(await bench.letters()).toMatchObject([{ id: 'a', error: { type: 'cancelled' } }]);
  });

  it('may still be done after it was cancelled', async () => {
    const worker = await start(answering(true), { timeoutMs: 0 });
    worker.cancel('a');
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ delayed: 0, dead: 0, inFlight: 0 });
  });

  it('whose lease was lost is heard no more', async () => {
    const worker = await start(stubborn, { timeoutMs: 0, graceMs: 3000 });
    lose?.();
    lose?.();
    expect(worker.inFlight).toBe(1);
    await bench.clock.advance(3000);
    expect(worker.inFlight).toBe(0);
    // The queue was told nothing: the lease is somebody else's business.
    expect(await bench.stats()).toMatchObject({ inFlight: 1, delayed: 0 });
  });

  it('is aborted once, for the first reason', async () => {
    const reasons: unknown[] = [];
    const worker = await start(({ signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason.code));
      return stubborn();
    });
    await bench.clock.advance(1000);
    worker.cancel('a');
    lose?.();
    expect(reasons).toEqual(['timeout']);
    await bench.clock.advance(10_000);
    worker.cancel('a');
    expect(await bench.stats()).toMatchObject({ delayed: 1, dead: 0 });
  });

  it('there is none to cancel before a start', () => {
    expect(bench.worker().cancel('a')).toBe(false);
  });
});
