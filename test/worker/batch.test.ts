import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import type { Lease } from '../../src/queue/types.ts';
import {
  type BatchContext,
  type BatchResult,
  BatchWorker,
  dead,
  SlotPool,
  snooze,
  type WorkerContext,
  type WorkerObserver,
} from '../../src/worker/index.ts';
import { Bench, message, overriding } from './support.ts';

type Work = (messages: readonly WorkerMessage[], context: BatchContext) => Promise<readonly BatchResult[]>;

class TestBatchWorker extends BatchWorker {
  work: Work = async (messages) => messages.map(() => true);
  readonly batches: string[][] = [];

  protected override async processBatch(messages: readonly WorkerMessage[], context: BatchContext) {
    this.batches.push(messages.map(({ id }) => id));
    return await this.work(messages, context);
  }
}

describe('BatchWorker', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  function start(options: object = {}, work?: Work): TestBatchWorker {
    const worker = bench.own(
      new TestBatchWorker(bench.options({ batchSize: 3, maxWaitMs: 500, ...options })),
    );
    if (work) worker.work = work;
    worker.start();
    return worker;
  }

  const ids = (...names: string[]) => names.map((id) => message(id));

  it('starts a full batch at once, and one that is not after its waiting time', async () => {
    const worker = start();
    await bench.send(...ids('a', 'b', 'c', 'd'));
    await bench.clock.advance(1);
    expect(worker.batches).toEqual([['a', 'b', 'c']]);
    await bench.clock.advance(498);
    expect(worker.batches).toHaveLength(1);
    expect(await bench.stats()).toMatchObject({ inFlight: 1, ready: 0 });
    await bench.clock.advance(2);
    expect(worker.batches).toEqual([['a', 'b', 'c'], ['d']]);
    expect(await bench.stats()).toMatchObject({ inFlight: 0 });
  });

  it('leaves out a message whose lease was lost while it waited for the batch', async () => {
    let tell: ((lease: Lease) => void) | undefined;
    const leases: Lease[] = [];
    const queues = overriding(bench.queues, {
      onLeaseLost(listener) {
        tell = (lease) => listener(lease, 'expired');
        return () => undefined;
      },
      async exchange(queue, request) {
        const reply = await bench.queues.exchange(queue, request);
        leases.push(...reply.messages.map(({ lease }) => lease));
        return reply;
      },
    });
    const worker = start({ queues });
    await bench.send(...ids('a', 'b'));
    await bench.clock.advance(1);
    const [a] = leases;
    if (a) tell?.(a);
    await bench.clock.advance(500);
    expect(worker.batches).toEqual([['b']]);
  });

  it('counts the waiting time from the first message of the batch', async () => {
    const worker = start();
    await bench.send(message('a'));
    await bench.clock.advance(300);
    await bench.send(message('b'));
    await bench.clock.advance(201);
    expect(worker.batches).toEqual([['a', 'b']]);
  });

  it('takes 10 at most unless told otherwise', async () => {
    const worker = bench.own(new TestBatchWorker(bench.options()));
    worker.start();
    await bench.send(...Array.from({ length: 11 }, (_, n) => message(`m${n}`)));
    await bench.clock.advance(1);
    expect(worker.batches.map((batch) => batch.length)).toEqual([10]);
    await bench.clock.advance(1000);
    expect(worker.batches.map((batch) => batch.length)).toEqual([10, 1]);
  });

  it('settles each message by its own result', async () => {
    start({ batchSize: 7 }, async () => [
      true,
      false,
      dead('no use'),
      snooze(5000),
      new PermanentError('gone', 'it is gone'),
      new TransientError('later', 'not now', { retryAfterMs: 9000 }),
    ]);
    await bench.send(...ids('done', 'false', 'dead', 'snoozed', 'gone', 'transient', 'missing'));
    await bench.clock.advance(1);
    const letters = await bench.letters();
    expect(letters.map(({ id }) => id)).toEqual(['dead', 'gone']);
    expect(await bench.stats()).toMatchObject({ delayed: 4, inFlight: 0 });
    await bench.clock.advance(5001);
    expect((await bench.stats()).delayed).toBe(3);
  });

  it('settles each as soon as its own result is known', async () => {
    const slow = Promise.withResolvers<boolean>();
    const worker = start({}, async () => [
      slow.promise,
      Promise.resolve(true),
      Promise.reject(new PermanentError('gone', 'it is gone')),
    ]);
    await bench.send(...ids('slow', 'done', 'gone'));
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ inFlight: 1, dead: 1 });
    expect(worker.inFlight).toBe(1);
    slow.resolve(true);
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ inFlight: 0, ready: 0, dead: 1 });
  });

  it.each([
    ['throws', () => Promise.reject(new Error('all of it')), 'all of it'],
    [
      'answers no list',
      async () => undefined as unknown as BatchResult[],
      'the handler answered no outcome, but undefined',
    ],
  ])('a batch that %s is a failure of all', async (__, work, reason) => {
    const reasons: unknown[] = [];
    const observers: WorkerObserver[] = [
      { failed: (_, __, outcome) => void reasons.push('error' in outcome && outcome.error?.message) },
    ];
    start({ observers }, work);
    await bench.send(...ids('a', 'b', 'c'));
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ delayed: 3, dead: 0 });
    expect(reasons).toEqual([reason, reason, reason]);
  });

  it('has a logger that names its messages', async () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
    start({ logger }, async (messages, context) => {
      context.logger.info('here');
      return messages.map(() => true);
    });
    await bench.send(...ids('a', 'b', 'c'));
    await bench.clock.advance(1);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'here', worker: 'w', messageIds: ['a', 'b', 'c'] },
    ]);
  });

  it('works on one batch at a time, and fetches none for the next meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const worker = start({}, async (messages) => {
      await promise;
      return messages.map(() => true);
    });
    await bench.send(...ids('a', 'b', 'c', 'd', 'e', 'f'));
    await bench.clock.advance(2000);
    expect(worker.batches).toHaveLength(1);
    expect(worker.inFlight).toBe(3);
    expect(await bench.stats()).toMatchObject({ inFlight: 3, ready: 3 });
    resolve();
    await bench.clock.advance(1);
    expect(worker.batches).toHaveLength(2);
  });

  it('gives back at quiet what it has collected', async () => {
    const worker = start();
    await bench.send(...ids('a', 'b'));
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ inFlight: 2 });
    worker.quiet();
    await bench.clock.advance(0);
    expect(worker.state).toBe('stopped');
    expect(await bench.stats()).toMatchObject({ inFlight: 0, ready: 2 });
    expect((await bench.queues.getMessage('work'))?.message).toMatchObject({ id: 'a', retryCount: 0 });
  });

  it('aborts as a whole when all of its messages are', async () => {
    const aborted: string[] = [];
    const worker = start({ timeoutMs: 1000, graceMs: 0 }, async (_, { signal, contexts }) => {
      signal.addEventListener('abort', () => aborted.push(`batch ${signal.reason.code}`));
      for (const [index, context] of contexts.entries())
        context.signal.addEventListener('abort', () =>
          aborted.push(`${index} ${context.signal.reason.code}`),
        );
      return await new Promise(() => {});
    });
    await bench.send(...ids('a', 'b', 'c'));
    await bench.clock.advance(1);
    expect(worker.cancel('b')).toBe(true);
    expect(aborted).toEqual(['1 cancelled']);
    await bench.clock.advance(1000);
    expect(aborted).toEqual(['1 cancelled', '0 timeout', 'batch timeout', '2 timeout']);
    await bench.clock.advance(1);
    expect((await bench.letters()).map(({ id }) => id)).toEqual(['b']);
    expect(await bench.stats()).toMatchObject({ delayed: 2, inFlight: 0 });
  });

  it('takes one slot as a whole, until its last message has ended', async () => {
    await bench.send(...ids('a', 'b', 'c', 'd'));
    const slots = new SlotPool(1);
    const ends = new Map<string, (result: boolean) => void>();
    const worker = start({ slots, maxWaitMs: 0, concurrency: 2 }, async (messages) =>
      messages.map(({ id }) => new Promise((resolve) => ends.set(id, resolve))),
    );
    await bench.clock.advance(1);
    expect(worker.batches).toEqual([['a', 'b', 'c']]);
    for (const id of ['a', 'b']) ends.get(id)?.(true);
    await bench.clock.advance(1);
    expect([slots.used, worker.batches.length]).toEqual([1, 1]);
    ends.get('c')?.(true);
    await bench.clock.advance(1);
    expect(worker.batches).toEqual([['a', 'b', 'c'], ['d']]);
    ends.get('d')?.(true);
    await bench.clock.advance(1);
    expect([slots.used, await bench.queues.getQueueSize('work')]).toEqual([0, 0]);
  });

  it('or one for each message, is no larger than there are slots, and frees them one by one', async () => {
    await bench.send(...ids('a', 'b', 'c', 'd'));
    const slots = new SlotPool(2);
    const ends = new Map<string, (result: boolean) => void>();
    const worker = start(
      { slots, slotPer: 'message', batchSize: 10, maxWaitMs: 0, concurrency: 3 },
      async (messages) => messages.map(({ id }) => new Promise((resolve) => ends.set(id, resolve))),
    );
    await bench.clock.advance(1);
    expect(worker.batches).toEqual([['a', 'b']]);
    expect([slots.used, (await bench.stats()).inFlight]).toEqual([2, 2]);
    ends.get('a')?.(true);
    await bench.clock.advance(1);
    expect(worker.batches).toEqual([['a', 'b'], ['c']]);
    for (const id of ['b', 'c']) ends.get(id)?.(true);
    await bench.clock.advance(1);
    ends.get('d')?.(true);
    await bench.clock.advance(1);
    expect([slots.used, await bench.queues.getQueueSize('work')]).toEqual([0, 0]);
  });

  it('is a worker for single messages, too', async () => {
    class Single extends TestBatchWorker {
      async one(given: WorkerMessage): Promise<unknown> {
        return await this.processMessage(given, context);
      }
    }
    const context = { signal: new AbortController().signal } as WorkerContext;
    const worker = bench.own(new Single(bench.options()));
    expect(await worker.one(message('a'))).toBe(true);
    let given: BatchContext | undefined;
    worker.work = async (_, batch) => {
      given = batch;
      return [true];
    };
    await worker.one(message('a'));
    expect(given?.contexts).toEqual([context]);
    worker.work = async () => [new Error('odd')];
    await expect(worker.one(message('a'))).rejects.toThrow('odd');
  });

  it.each([
    ['batchSize', 0],
    ['batchSize', 257],
    ['maxWaitMs', -1],
    ['maxWaitMs', 60_001],
  ])('refuses %s = %d', (name, value) => {
    expect(() => new TestBatchWorker(bench.options({ [name]: value }))).toThrow(`${name} must be an integer`);
  });
});
