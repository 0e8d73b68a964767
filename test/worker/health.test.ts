import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import {
  dead,
  HEALTH_THRESHOLDS,
  HealthChecker,
  type HealthCheckName,
  type HealthThresholds,
  MemorySlotStore,
  MetricsCollector,
  ScheduledWorker,
  type WorkerOptions,
} from '../../src/worker/index.ts';
import { Bench, latch, message, overriding, QUEUE } from './support.ts';

const HOUR = 3_600_000;

describe('HealthChecker', () => {
  let bench: Bench;
  let metrics: MetricsCollector;

  beforeEach(() => {
    bench = new Bench();
    metrics = new MetricsCollector({ clock: bench.clock });
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  function subject(options: Partial<WorkerOptions> = {}, thresholds: Partial<HealthThresholds> = {}) {
    let down = false;
    const unreachable = <T>(then: () => Promise<T>): Promise<T> =>
      down && !bench.ending ? Promise.reject(new QueueError('unavailable', 'down')) : then();
    const queues = overriding(bench.queues, {
      exchange: (queue, request) => unreachable(() => bench.queues.exchange(queue, request)),
      getQueueStats: (queue) => unreachable(() => bench.queues.getQueueStats(queue)),
    });
    const worker = bench.worker({ metrics, ...options }, queues);
    const checker = new HealthChecker({ workers: () => [worker], metrics, thresholds, clock: bench.clock });
    return {
      worker,
      goDown: () => {
        down = true;
      },
      /** Names of the checks that fail. */
      async ailments(): Promise<HealthCheckName[]> {
        const health = await checker.checkWorkerHealth('w');
        const failed = health.checks.filter(({ ok }) => !ok).map(({ name }) => name);
        expect(health).toMatchObject({
          worker: 'w',
          healthy: failed.length === 0,
          checkedAt: bench.clock.now(),
        });
        return failed;
      },
    };
  }

  it('finds an idle worker healthy, however long it has been idle', async () => {
    const { worker, ailments } = subject({ waitMs: 60_000 });
    worker.registerHandler('greet', () => true).start();
    await bench.send(message('a'));
    await bench.clock.advance(10 * HOUR);
    expect(await ailments()).toEqual([]);
    // Work that has just come is no reason for alarm.
    worker.quiet();
    await bench.send(message('b'));
    await bench.clock.advance(1000);
    expect(await ailments()).toEqual(['running']);
  });

  it('finds one that does nothing while there is work', async () => {
    const { worker, ailments } = subject();
    worker.registerHandler('greet', () => true);
    await bench.send(message('a'));
    await bench.clock.advance(HOUR);
    expect(await ailments()).toEqual(['running']);
    const held = subject({ name: 'w', timeoutMs: 0 });
    held.worker.registerHandler('greet', latch().handler).start();
    await bench.clock.advance(0.5 * HOUR);
    expect(await held.ailments()).toEqual([]);
    await bench.clock.advance(1);
    expect(await held.ailments()).toEqual(['recent_activity']);
  });

  it('finds messages that nobody takes, unless the queue is paused', async () => {
    const { worker, ailments } = subject();
    await bench.queues.pause(QUEUE);
    worker.registerHandler('greet', () => true).start();
    await bench.send(message('a'));
    await bench.clock.advance(2 * HOUR);
    expect(await ailments()).toEqual([]);
    const queues = overriding(bench.queues, {
      getQueueStats: async (queue) => ({ ...(await bench.queues.getQueueStats(queue)), paused: false }),
    });
    const blind = bench.worker({ metrics }, queues);
    const checker = new HealthChecker({ workers: () => [blind], metrics, clock: bench.clock });
    const [health] = await checker.checkAllWorkers();
    expect(health?.checks.find(({ name }) => name === 'recent_activity')?.ok).toBe(false);
  });

  it('goes by the errors of the sliding window, from ten messages on', async () => {
    const { worker, ailments } = subject();
    worker.start();
    await bench.clock.advance(1);
    for (let n = 0; n < 9; n++) metrics.recordMessageError('w', 1, bench.clock.now());
    expect(await ailments()).toEqual([]);
    metrics.recordMessageError('w', 1, bench.clock.now());
    expect(await ailments()).toEqual(['error_rate']);
    for (let n = 0; n < 90; n++) metrics.recordMessageProcessed('w', 1, bench.clock.now());
    expect(await ailments()).toEqual([]);
    metrics.recordMessageError('w', 1, bench.clock.now());
    expect(await ailments()).toEqual(['error_rate']);
    await bench.clock.advance(900_000);
    expect(await ailments()).toEqual([]);
  });

  it('finds a queue that is too long', async () => {
    const { worker, ailments } = subject({}, { maxQueueSize: 2 });
    worker.start();
    await bench.queues.pause(QUEUE);
    await bench.send(message('a'), message('b'));
    expect(await ailments()).toEqual([]);
    await bench.queues.sendMessage(QUEUE, message('c'), { delayMs: 1000 });
    expect(await ailments()).toEqual(['queue_size']);
  });

  it('finds a worker that gets no answer, not one whose handlers are all busy', async () => {
    const { worker, ailments, goDown } = subject({ timeoutMs: 0 });
    const held = latch();
    worker.registerHandler('greet', held.handler).start();
    await bench.send(message('a'));
    await bench.clock.advance(1_700_000);
    expect(await ailments()).toEqual([]);
    goDown();
    held.letGo();
    await bench.clock.advance(65_000);
    expect(await ailments()).toEqual(['queue_size']);
    await bench.clock.advance(5000);
    expect(await ailments()).toEqual(['queue_size', 'last_exchange']);
  });

  it('says of each check what it found, for a person', async () => {
    const { worker, goDown } = subject({ timeoutMs: 0, waitMs: 60_000 });
    const checker = new HealthChecker({ workers: () => [worker], metrics, clock: bench.clock });
    const details = async () => {
      const { checks } = await checker.checkWorkerHealth('w');
      return Object.fromEntries(checks.map(({ name, detail }) => [name, detail]));
    };
    expect(await details()).toEqual({
      running: 'it is stopped',
      recent_activity: 'there is no work',
      error_rate: '0.0 % of the last 0 messages failed',
      queue_size: '0 messages wait',
      last_exchange: 'the queue answers',
    });
    const held = latch();
    worker.registerHandler('greet', held.handler).start();
    await bench.send(message('a'), message('b'));
    await bench.queues.sendMessage(QUEUE, message('c'), { delayMs: 900_000 });
    await bench.clock.advance(90_400);
    metrics.recordMessageProcessed('w', 1, bench.clock.now() - 1);
    for (let n = 0; n < 2; n++) metrics.recordMessageError('w', 1, bench.clock.now() - 1);
    expect(await details()).toMatchObject({
      running: 'it is running',
      error_rate: '66.7 % of the last 3 messages failed',
      queue_size: '2 messages wait',
      recent_activity: 'nothing was started or ended for 0 s while there is work',
    });
    await bench.clock.advance(90_400);
    expect((await details()).recent_activity).toBe(
      'nothing was started or ended for 90 s while there is work',
    );
    goDown();
    held.letGo();
    await bench.clock.advance(42_000);
    expect(await details()).toMatchObject({
      queue_size: 'it cannot be read: down',
      last_exchange: 'the queue was asked 42 s ago, without an answer yet',
    });
  });

  it('counts a start as activity as much as an end, and a wait only from when the work came', async () => {
    const { worker, ailments } = subject({}, { activityMs: 1000 });
    await bench.queues.pause(QUEUE);
    worker.start();
    await bench.clock.advance(HOUR);
    await bench.queues.sendMessage(QUEUE, message('a'));
    await bench.clock.advance(900);
    // Looked at without its pause: a message waits, but not for long.
    const queues = overriding(bench.queues, {
      getQueueStats: async (queue) => ({ ...(await bench.queues.getQueueStats(queue)), paused: false }),
    });
    const blind = bench.worker({ metrics }, queues);
    const checker = new HealthChecker({
      workers: () => [blind],
      metrics,
      clock: bench.clock,
      thresholds: { activityMs: 1000 },
    });
    const active = async () => {
      const { checks } = await checker.checkWorkerHealth('w');
      return checks.find(({ name }) => name === 'recent_activity')?.ok;
    };
    expect(await active()).toBe(true);
    await bench.clock.advance(200);
    expect(await active()).toBe(false);
    metrics.recordMessageStarted('w', bench.clock.now());
    expect(await active()).toBe(true);
    await bench.clock.advance(1001);
    expect(await active()).toBe(false);
    metrics.recordMessageProcessed('w', 1, bench.clock.now());
    expect(await active()).toBe(true);
    expect(await ailments()).toEqual([]);
  });

  it('judges nothing by figures that a worker does not record, and says so', async () => {
    const worker = bench.worker({ metrics: null, timeoutMs: 0 }).registerHandler('greet', latch().handler);
    const checker = new HealthChecker({ workers: () => [worker], metrics, clock: bench.clock });
    const found = async () => {
      const { checks } = await checker.checkWorkerHealth('w');
      return Object.fromEntries(checks.map(({ name, ok, detail }) => [name, `${ok}: ${detail}`]));
    };
    const unknown = 'true: it records no figures, and is not judged';
    worker.start();
    expect(await found()).toMatchObject({ recent_activity: 'true: there is no work', error_rate: unknown });
    await bench.send(message('a'));
    await bench.clock.advance(HOUR);
    expect(await found()).toMatchObject({
      running: 'true: it is running',
      recent_activity: unknown,
      error_rate: unknown,
    });
  });

  it('goes by the figures of a worker that has a collector of its own', async () => {
    const own = new MetricsCollector({ clock: bench.clock });
    const worker = bench.worker({ metrics: own }).registerHandler('greet', () => dead('no use'));
    worker.start();
    await bench.send(...Array.from({ length: 10 }, (_, n) => message(`m${n}`)));
    await bench.clock.advance(10);
    const checker = new HealthChecker({ workers: () => [worker], metrics, clock: bench.clock });
    const { healthy, checks } = await checker.checkWorkerHealth('w');
    expect(healthy).toBe(false);
    expect(checks.find(({ ok }) => !ok)).toMatchObject({
      name: 'error_rate',
      detail: '100.0 % of the last 10 messages failed',
    });
  });

  it('has its default for a threshold that is not given', async () => {
    const thresholds = { maxQueueSize: undefined } as unknown as Partial<HealthThresholds>;
    const { worker, ailments } = subject({}, thresholds);
    worker.start();
    await bench.send(message('a'));
    expect(await ailments()).toEqual([]);
  });

  it('has thresholds that people know', () => {
    expect(HEALTH_THRESHOLDS).toEqual({
      activityMs: 1_800_000,
      maxErrorRate: 0.1,
      minSample: 10,
      maxQueueSize: 1000,
      maxSilenceMs: 60_000,
    });
    expect(Object.isFrozen(HEALTH_THRESHOLDS)).toBe(true);
  });

  it('knows workers without a queue', async () => {
    class Ticker extends ScheduledWorker {
      protected override runTick = async () => undefined;
    }
    const worker = bench.own(
      new Ticker({
        name: 'tick',
        schedule: { everyMs: 1000 },
        slotStore: new MemorySlotStore(),
        clock: bench.clock,
      }),
    );
    worker.start();
    await bench.clock.advance(1);
    const checker = new HealthChecker({ workers: () => [worker], metrics, clock: bench.clock });
    const health = await checker.checkWorkerHealth('tick');
    expect(health).toMatchObject({ healthy: true });
    expect(health.checks.find(({ name }) => name === 'last_exchange')?.detail).toBe('it has no queue');
    await expect(checker.checkWorkerHealth('w')).rejects.toThrow('no worker w');
  });
});
