import { describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { MetricsCollector, WorkerManager, type WorkerManagerOptions } from '../../src/worker/index.ts';
import { Mortal } from './mortal.ts';
import { Bench, latch, message, overriding } from './support.ts';

describe('WorkerManager, when a worker dies', () => {
  const clock = new ManualClock();

  function managed(options: WorkerManagerOptions = {}) {
    const worker = new Mortal();
    const manager = new WorkerManager(new MetricsCollector({ clock }), { clock, ...options });
    manager.register(worker).startAll();
    const restarts = async () => (await manager.getWorkerStatus())[0]?.restarts;
    return { worker, manager, restarts };
  }

  it('starts it again, later from death to death, and tells how often', async () => {
    const asked: unknown[] = [];
    const restartPolicy = {
      delayMs(attempt: number, error: Error | undefined) {
        asked.push([attempt, error?.message]);
        return attempt * 1000;
      },
    };
    const { worker, manager, restarts } = managed({ restartPolicy });
    worker.die();
    await clock.advance(999);
    expect([worker.starts, worker.state]).toEqual([1, 'failed']);
    await clock.advance(1);
    expect([worker.starts, worker.state, await restarts()]).toEqual([2, 'running', 1]);
    worker.die(new Error('another'));
    await clock.advance(1999);
    expect(worker.starts).toBe(2);
    await clock.advance(1);
    expect([worker.starts, await restarts()]).toEqual([3, 2]);
    expect(asked).toEqual([
      [1, 'a bug'],
      [2, 'another'],
    ]);
    await manager.stopAll();
  });

  it('begins anew with one that ran for a minute', async () => {
    const attempts: number[] = [];
    const restartPolicy = { delayMs: (attempt: number) => attempts.push(attempt) * 0 };
    const { worker, manager } = managed({ restartPolicy });
    worker.die();
    await clock.advance(1);
    await clock.advance(59_998);
    worker.die();
    await clock.advance(1);
    await clock.advance(60_000);
    worker.die();
    await clock.advance(1);
    expect(attempts).toEqual([1, 2, 1]);
    await manager.stopAll();
  });

  it('waits between half a second and a minute, unless told otherwise', async () => {
    const { worker, manager } = managed();
    worker.die();
    await clock.advance(499);
    expect(worker.starts).toBe(1);
    await clock.advance(501);
    expect(worker.starts).toBe(2);
    for (let death = 2; death <= 20; death++) {
      worker.die();
      await clock.advance(60_000);
      expect(worker.starts).toBe(death + 1);
    }
    await manager.stopAll();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('a policy of mine');
      },
    ],
    ['answers NaN', () => Number.NaN],
    ['answers a negative number', () => -1],
    ['answers no end', () => Number.POSITIVE_INFINITY],
  ])('starts it again after a minute where the policy %s', async (_, delayMs) => {
    const { worker, manager } = managed({ restartPolicy: { delayMs } });
    worker.die();
    await clock.advance(59_999);
    expect(worker.starts).toBe(1);
    await clock.advance(1);
    expect(worker.starts).toBe(2);
    await manager.stopAll();
  });

  it('tries again to start one that could not', async () => {
    const { worker, manager, restarts } = managed({ restartPolicy: { delayMs: () => 1000 } });
    worker.unable = new Error('no such file');
    worker.die();
    await clock.advance(1000);
    expect([worker.starts, worker.state]).toEqual([2, 'failed']);
    await clock.advance(1000);
    expect([worker.starts, worker.state, await restarts()]).toEqual([3, 'running', 2]);
    await manager.stopAll();
  });

  it('leaves it dead where its queue manager is closed, which does not open again', async () => {
    const { worker, manager } = managed();
    worker.die(new QueueError('closed', 'closed'));
    await clock.advance(120_000);
    expect(worker.starts).toBe(1);
    const other = managed({ restartPolicy: { delayMs: () => 0 } });
    other.worker.die(new QueueError('unavailable', 'down'));
    await clock.advance(1);
    expect(other.worker.starts).toBe(2);
    await Promise.all([manager.stopAll(), other.manager.stopAll()]);
  });

  it('starts nothing again once it is quiet', async () => {
    const { worker, manager } = managed();
    const other = managed();
    worker.die();
    await clock.advance(0);
    manager.quietAll();
    other.manager.quietAll();
    other.worker.die();
    await clock.advance(120_000);
    expect([worker.starts, other.worker.starts, clock.pendingTimers]).toEqual([1, 1, 0]);
    await Promise.all([manager.stopAll(), other.manager.stopAll()]);
  });

  it('starts once what is started by hand before its time', async () => {
    const { worker, manager, restarts } = managed({ restartPolicy: { delayMs: () => 1000 } });
    worker.die();
    await clock.advance(1);
    manager.startAll();
    await clock.advance(5000);
    expect([worker.starts, await restarts(), clock.pendingTimers]).toEqual([2, 0, 0]);
    worker.die();
    await clock.advance(1000);
    expect([worker.starts, await restarts(), clock.pendingTimers]).toEqual([3, 1, 0]);
    await manager.stopAll();
  });

  it.each([
    ['before it is registered', (worker: Mortal) => worker.start(), () => undefined],
    ['by hand before all are', () => undefined, (worker: Mortal) => worker.start()],
  ])('starts one again, too, that was started %s', async (_, before, after) => {
    const worker = new Mortal();
    before(worker);
    const manager = new WorkerManager(undefined, { clock, restartPolicy: { delayMs: () => 1000 } });
    manager.register(worker);
    after(worker);
    manager.startAll();
    manager.startAll();
    expect(worker.starts).toBe(1);
    for (const starts of [2, 3]) {
      worker.die();
      await clock.advance(5000);
      expect([worker.starts, worker.state, clock.pendingTimers]).toEqual([starts, 'running', 0]);
    }
    await manager.stopAll();
  });

  it('starts one again that was started by hand when it was dead already', async () => {
    const { worker, manager, restarts } = managed({ restartPolicy: { delayMs: () => 1000 } });
    worker.die();
    await clock.advance(1);
    worker.start();
    manager.startAll();
    worker.die();
    await clock.advance(1000);
    expect([worker.starts, await restarts(), clock.pendingTimers]).toEqual([3, 1, 0]);
    await manager.stopAll();
  });

  it('leaves alone what runs or has ended by itself', async () => {
    const { worker, manager } = managed();
    manager.startAll();
    expect(worker.starts).toBe(1);
    await worker.stop();
    await clock.advance(120_000);
    expect(worker.starts).toBe(1);
    manager.startAll();
    expect(worker.starts).toBe(2);
    await manager.stopAll();
  });

  it('sees a worker of its own kind die of its queue, with what it held given back', async () => {
    await using bench = new Bench();
    let broken = false;
    const queues = overriding(bench.queues, {
      async exchange(queue, request) {
        const reply = await bench.queues.exchange(queue, request);
        return broken && request.want ? { ...reply, results: null as never } : reply;
      },
    });
    const held = latch();
    const errors: unknown[] = [];
    const observers = [{ stopped: (_: string, error?: Error) => void errors.push(error) }];
    const worker = bench.worker({ concurrency: 2, observers }, queues).registerHandler('greet', held.handler);
    const manager = new WorkerManager(undefined, {
      clock: bench.clock,
      restartPolicy: { delayMs: () => 1000 },
    });
    manager.register(worker).startAll();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    expect(worker.inFlight).toBe(1);
    broken = true;
    worker.cancel('a');
    held.letGo();
    await bench.clock.advance(0);
    expect([worker.state, worker.inFlight]).toEqual(['failed', 0]);
    expect(errors).toEqual([expect.any(TypeError)]);
    expect(await bench.stats()).toMatchObject({ inFlight: 0 });
    broken = false;
    await bench.clock.advance(1000);
    expect(worker.state).toBe('running');
    await manager.stopAll();
  });
});
