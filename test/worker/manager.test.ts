import { describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { MetricsCollector, WorkerManager } from '../../src/worker/index.ts';
import { Mortal } from './mortal.ts';
import { Bench, latch, message, overriding, QUEUE } from './support.ts';

describe('WorkerManager', () => {
  it('knows since when a worker runs that was started before it was registered', async () => {
    await using bench = new Bench();
    const worker = bench.worker({ timeoutMs: 0 }).registerHandler('greet', latch().handler);
    worker.start();
    await bench.clock.advance(1000);
    await bench.send(message('a'));
    await bench.clock.advance(500);
    const manager = new WorkerManager(new MetricsCollector({ clock: bench.clock }), { clock: bench.clock });
    manager.register(worker).startAll();
    expect(manager.metrics.getMetrics('w')).toMatchObject({
      uptimeMs: 1500,
      lastStartedAt: bench.clock.now() - 500,
    });
    await bench.clock.advance(1_800_000);
    const { checks } = await manager.health.checkWorkerHealth('w');
    expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['recent_activity']);
    await Promise.all([manager.stopAll(0), bench.clock.advance(1)]);
    expect(manager.metrics.getMetrics('w').uptimeMs).toBe(0);
    await new WorkerManager().register(worker).stopAll(0);
  });

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
