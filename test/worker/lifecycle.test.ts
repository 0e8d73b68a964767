import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import type { Lease } from '../../src/queue/types.ts';
import { type AbortReason, type WorkerContext, WorkerManager } from '../../src/worker/index.ts';
import { Bench, message, overriding, QUEUE } from './support.ts';

describe('the life of a worker', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  /** A handler that goes on until it is let go or aborted; tells of every start. */
  function latch() {
    const { promise, resolve } = Promise.withResolvers<void>();
    const started: { id: string; context: WorkerContext }[] = [];
    const reasons: unknown[] = [];
    return {
      started,
      reasons,
      letGo: resolve,
      handler: async ({ id }: { id: string }, context: WorkerContext) => {
        started.push({ id, context });
        context.signal.addEventListener('abort', () =>
          reasons.push((context.signal.reason as AbortReason).code),
        );
        await promise;
        return true;
      },
    };
  }

  it('has as many in flight as it may, and fetches no more', async () => {
    const { handler, started, letGo } = latch();
    const worker = bench.worker({ concurrency: 3 }).registerHandler('greet', handler);
    await bench.send(...['a', 'b', 'c', 'd', 'e'].map((id) => message(id)));
    worker.start();
    await bench.clock.advance(1);
    expect(started.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(await bench.queues.getQueueStats(QUEUE)).toMatchObject({ inFlight: 3, ready: 2 });
    letGo();
    await bench.clock.advance(1);
    expect(started).toHaveLength(5);
    expect(worker.inFlight).toBe(0);
  });

  it('quiet takes nothing new and finishes what it has', async () => {
    const { handler, started, letGo } = latch();
    const worker = bench.worker().registerHandler('greet', handler);
    await bench.send(message('a'), message('b'));
    worker.start();
    await bench.clock.advance(1);
    worker.quiet();
    letGo();
    await bench.clock.advance(1);
    expect(started.map(({ id }) => id)).toEqual(['a']);
    await worker.stop();
    expect([worker.state, await bench.queues.getQueueSize(QUEUE)]).toEqual(['stopped', 1]);
  });

  it('stop gives back what the deadline finds unfinished, without burning an attempt', async () => {
    const { handler, reasons } = latch();
    const worker = bench.worker({ concurrency: 2 }).registerHandler('greet', handler);
    await bench.send(message('a'), message('b'), message('c'));
    worker.start();
    await bench.clock.advance(1);
    const stopped = worker.stop(5000);
    await bench.clock.advance(4999);
    expect([worker.state, reasons]).toEqual(['stopping', []]);
    await bench.clock.advance(1);
    await stopped;
    expect(reasons).toEqual(['shutdown', 'shutdown']);
    for (const id of ['a', 'b', 'c']) {
      const leased = await bench.queues.getMessage(QUEUE);
      expect(leased?.message).toMatchObject({ id, retryCount: 0 });
    }
  });

  it.each([
    ['a shorter deadline brings its end forward', 1000, 1000],
    ['a longer one does not put it off', 9000, 5000],
    ['none left ends it at once', 0, 0],
  ])('while it stops, %s', async (_, laterMs, afterMs) => {
    const { handler, reasons } = latch();
    const worker = bench.worker().registerHandler('greet', handler);
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1);
    const stops = [worker.stop(5000), worker.stop(laterMs)];
    if (afterMs > 0) {
      await bench.clock.advance(afterMs - 1);
      expect([worker.state, reasons]).toEqual(['stopping', []]);
    }
    await bench.clock.advance(1);
    await Promise.all(stops);
    expect([worker.state, reasons]).toEqual(['stopped', ['shutdown']]);
    expect((await bench.queues.getMessage(QUEUE))?.message).toMatchObject({ id: 'a', retryCount: 0 });
  });

  it('stops twice, before a start, and starts again', async () => {
    const { handler, started, letGo } = latch();
    letGo();
    const worker = bench.worker().registerHandler('greet', handler);
    await worker.stop();
    worker.start();
    worker.start();
    await Promise.all([worker.stop(), worker.stop()]);
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1);
    expect(started).toHaveLength(1);
  });

  it('cannot be started while it is quiet or stopping', async () => {
    const { handler, letGo } = latch();
    const worker = bench.worker().registerHandler('greet', handler);
    await bench.send(message('a'), message('b'));
    expect(await worker.queueSize()).toBe(2);
    worker.start();
    await bench.clock.advance(1);
    worker.quiet();
    expect(worker.state).toBe('quiet');
    expect(() => worker.start()).toThrow('w is stopping');
    const stopped = worker.stop();
    expect(worker.state).toBe('stopping');
    expect(() => worker.start()).toThrow('w is stopping');
    worker.quiet();
    expect(worker.state).toBe('stopping');
    letGo();
    await stopped;
    expect([worker.state, await worker.ended()]).toEqual(['stopped', null]);
  });

  it('a stop is over with its own life, also when the next begins at once', async () => {
    let lives = 0;
    const stopped = () => void (++lives === 1 && worker.start());
    const worker = bench.worker({ observers: [{ stopped }] });
    worker.start();
    let over = false;
    const stop = worker.stop(0).then(() => {
      over = true;
    });
    await bench.clock.advance(1);
    expect([over, worker.state]).toEqual([true, 'running']);
    await stop;
  });

  it('tells a handler that takes too long, and counts an attempt', async () => {
    const { started, reasons, handler } = latch();
    const worker = bench
      .worker({ timeoutMs: 1000 })
      .registerHandler('greet', (given, context) =>
        Promise.race([
          handler(given, context),
          new Promise<boolean>((_, reject) =>
            context.signal.addEventListener('abort', () => reject(context.signal.reason)),
          ),
        ]),
      );
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1001);
    expect(reasons).toEqual(['timeout']);
    expect(await bench.queues.getQueueStats(QUEUE)).toMatchObject({ delayed: 1, inFlight: 0 });
    expect(started[0]?.context.attempt).toBe(1);
    await bench.clock.advance(60_001);
    expect(started[1]?.context.attempt).toBe(2);
  });

  it('aborts a handler whose lease was lost, and its late outcome changes nothing', async () => {
    const { handler, reasons, letGo } = latch();
    const lost: string[] = [];
    const observer = { lost: (_: string, { id }: { id: string }) => void lost.push(id) };
    let tell: ((lease: Lease) => void) | undefined;
    let held: Lease | undefined;
    const queues = overriding(bench.queues, {
      onLeaseLost(listener) {
        tell = (lease) => listener(lease, 'superseded');
        return () => undefined;
      },
      async exchange(queue, request) {
        const reply = await bench.queues.exchange(queue, request);
        held ??= reply.messages[0]?.lease;
        expect(request.outcomes).toEqual([]);
        return reply;
      },
    });
    const worker = bench.worker({ observers: [observer] }, queues).registerHandler('greet', handler);
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1);
    if (held) tell?.({ ...held, token: held.token + 1 });
    expect(reasons).toEqual([]);
    if (held) tell?.(held);
    expect(reasons).toEqual(['lost_lease']);
    letGo();
    await bench.clock.advance(1);
    expect(lost).toEqual(['a']);
  });

  it.each(['stop', 'death'])(
    'gives back after its %s what the queue could not be told of then',
    async (end) => {
      let failures: QueueError[] = [];
      const queues = overriding(bench.queues, {
        exchange: (queue, request) => {
          const error = failures.shift();
          return error ? Promise.reject(error) : bench.queues.exchange(queue, request);
        },
      });
      const { handler, started, letGo } = latch();
      const worker = bench.worker({ timeoutMs: 0, concurrency: 3 }, queues).registerHandler('greet', handler);
      worker.start();
      await bench.send(message('a'));
      await bench.clock.advance(1);
      const unavailable = () => new QueueError('unavailable', 'down');
      failures = [unavailable(), unavailable()];
      if (end === 'death') {
        failures.unshift(new QueueError('closed', 'closed'));
        await bench.send(message('b'));
        await bench.clock.advance(1);
      } else {
        await Promise.all([worker.stop(0), bench.clock.advance(1)]);
      }
      expect((await bench.stats()).inFlight).toBe(started.length);
      await bench.clock.advance(1000);
      expect(await bench.stats()).toMatchObject({ ready: started.length, inFlight: 0 });
      expect(worker.state).toBe(end === 'death' ? 'failed' : 'stopped');
      // It starts anew, and what it gave back is there again.
      const before = started.length;
      worker.start();
      await bench.clock.advance(1);
      expect(started).toHaveLength(2 * before);
      letGo();
    },
  );

  it('waits out a queue that is out of reach, and settles then what it could not before', async () => {
    const { handler, letGo, started } = latch();
    let down = false;
    const flaky = overriding(bench.queues, {
      exchange: (queue, request) =>
        down ? Promise.reject(new QueueError('unavailable', 'down')) : bench.queues.exchange(queue, request),
    });
    const worker = bench.worker({}, flaky).registerHandler('greet', handler);
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1);
    expect(started).toHaveLength(1);
    down = true;
    letGo();
    await bench.clock.advance(20_000);
    expect(await bench.queues.getQueueStats(QUEUE)).toMatchObject({ inFlight: 1 });
    down = false;
    await bench.clock.advance(6000);
    expect(await bench.queues.getQueueStats(QUEUE)).toMatchObject({ inFlight: 0, ready: 0, delayed: 0 });
  });
});

describe('WorkerManager', () => {
  it('starts and stops all together, and tells where each stands', async () => {
    await using bench = new Bench();
    const manager = new WorkerManager();
    const worker = bench.worker({ name: 'one' }).registerHandler('greet', () => true);
    manager.register(worker).register(bench.worker({ name: 'two', queue: 'other' }));
    expect(() => manager.register(bench.worker({ name: 'one' }))).toThrow('one');
    await bench.send(message('a', { payload: {} }));
    manager.startAll();
    await bench.clock.advance(1);
    expect(await manager.getWorkerStatus()).toMatchObject([
      { name: 'one', queue: QUEUE, state: 'running', queueSize: 0, inFlight: 0 },
      { name: 'two', queue: 'other', state: 'running' },
    ]);
    await manager.stopAll(1000);
    expect((await manager.getWorkerStatus()).map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });

  it.each([
    ['concurrency', 0],
    ['concurrency', 257],
    ['timeoutMs', -1],
    ['waitMs', 0.5],
  ])('refuses %s = %d', async (name, value) => {
    await using bench = new Bench();
    expect(() => bench.worker({ [name]: value })).toThrow(RangeError);
  });

  it.each(['', 'q'.repeat(129)])('refuses the queue "%s", which no queue manager takes', async (queue) => {
    await using bench = new Bench();
    expect(() => bench.worker({ queue })).toThrow(
      new RangeError('queue: must be text of 1 to 128 characters'),
    );
    expect(bench.worker({ queue: 'q'.repeat(128) }).state).toBe('stopped');
  });
});
