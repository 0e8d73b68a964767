import { describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { MetricsCollector, WorkerManager, type WorkerManagerOptions } from '../../src/worker/index.ts';
import { Mortal } from './mortal.ts';
import { Bench, latch, message, overriding, QUEUE } from './support.ts';

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

describe('WorkerManager', () => {
  it('quiets everything before it stops anything, and gives all one deadline', async () => {
    const log: string[] = [];
    const manager = new WorkerManager().register(new Mortal('a', log)).register(new Mortal('b', log));
    manager.startAll();
    await manager.stopAll(5000);
    await manager.stopAll();
    expect(log).toEqual([
      ...['a quiet', 'b quiet', 'a stop 5000', 'b stop 5000'],
      ...['a quiet', 'b quiet', 'a stop 30000', 'b stop 30000'],
    ]);
  });

  it('stops the others where one does not stop, and says which errors there were', async () => {
    const [bad, good] = [new Mortal('bad'), new Mortal('good')];
    bad.stubborn = new Error('I will not');
    const manager = new WorkerManager().register(bad).register(good);
    manager.startAll();
    await expect(manager.stopAll()).rejects.toMatchObject({ errors: [bad.stubborn] });
    expect(good.state).toBe('stopped');
  });

  it('tells the figures of each worker, in the order of their registration', async () => {
    await using bench = new Bench();
    let down = false;
    const queues = overriding(bench.queues, {
      getQueueStats: (queue) =>
        down ? Promise.reject(new QueueError('unavailable', 'down')) : bench.queues.getQueueStats(queue),
    });
    const metrics = new MetricsCollector({ clock: bench.clock });
    const manager = new WorkerManager(metrics, { clock: bench.clock });
    const answers = [true, false];
    const worker = bench.worker({ metrics }, queues).registerHandler('greet', () => answers.shift() ?? true);
    manager.register(worker).register(new Mortal());
    expect(await manager.getWorkerStatus()).toEqual([
      {
        name: 'w',
        queue: QUEUE,
        state: 'stopped',
        running: false,
        queueSize: 0,
        inFlight: 0,
        processed: 0,
        errors: 0,
        lastSuccessAt: null,
        restarts: 0,
      },
      expect.objectContaining({ name: 'mortal', queue: '', queueSize: 0 }),
    ]);
    manager.startAll();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    const at = bench.clock.now();
    await bench.send(message('b'));
    await bench.clock.advance(1);
    const [running] = await manager.getWorkerStatus();
    expect(running).toMatchObject({
      running: true,
      queueSize: 1,
      processed: 1,
      errors: 1,
      lastSuccessAt: expect.any(Number),
    });
    expect(running?.lastSuccessAt).toBeLessThanOrEqual(at);
    down = true;
    // As last seen, or as it is now: out of reach.
    expect(await manager.getWorkerStatus({ look: false })).toMatchObject([
      { queueSize: 1 },
      { queueSize: 0 },
    ]);
    expect(await manager.getWorkerStatus()).toMatchObject([{ queueSize: -1 }, { queueSize: 0 }]);
    await manager.stopAll();
  });

  it('checks health by its own thresholds', async () => {
    await using bench = new Bench();
    const manager = new WorkerManager(undefined, { clock: bench.clock, thresholds: { maxQueueSize: 0 } });
    manager.register(bench.worker());
    await bench.send(message('a'));
    const [health] = await manager.health.checkAllWorkers();
    const failed = health?.checks.filter(({ ok }) => !ok).map(({ name }) => name);
    expect(failed).toEqual(['running', 'queue_size']);
  });
});
