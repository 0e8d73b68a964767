import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, QueueError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import {
  type ConfigurableOptions,
  ConfigurableWorker,
  MetricsCollector,
  resolveWorkerConfig,
  WORKER_CONFIG,
  type WorkerConfig,
  type WorkerContext,
  type WorkerHealth,
} from '../../src/worker/index.ts';
import { Bench, latch, message, overriding } from './support.ts';

class Configured extends ConfigurableWorker {
  work: (message: WorkerMessage, context: WorkerContext) => Promise<boolean> = async () => true;

  protected override processMessage(given: WorkerMessage, context: WorkerContext) {
    return this.work(given, context);
  }
}

describe('the settings of a worker', () => {
  it('have defaults', () => {
    expect(resolveWorkerConfig()).toEqual({
      maxConcurrentMessages: 1,
      retryDelayMs: 60_000,
      healthCheckIntervalMs: 30_000,
      gracefulShutdownTimeoutMs: 30_000,
      deadLetterQueue: true,
      metrics: true,
    });
    expect(resolveWorkerConfig()).toEqual(WORKER_CONFIG);
  });

  it('are kept as given, frozen, and the rest filled in', () => {
    const config = resolveWorkerConfig({
      retryDelayMs: 0,
      metrics: false,
      deadLetterQueue: undefined as never,
    });
    expect(config).toEqual({ ...WORKER_CONFIG, retryDelayMs: 0, metrics: false });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(WORKER_CONFIG)).toBe(true);
  });

  it.each([
    ['maxConcurrentMessages', 1, 256],
    ['retryDelayMs', 0, 86_400_000],
    ['healthCheckIntervalMs', 0, 86_400_000],
    ['gracefulShutdownTimeoutMs', 0, 86_400_000],
  ] as const)('%s is an integer of %d..%d', (name, min, max) => {
    expect(resolveWorkerConfig({ [name]: min })[name]).toBe(min);
    expect(resolveWorkerConfig({ [name]: max })[name]).toBe(max);
    for (const value of [min - 1, max + 1, min + 0.5, String(min), null]) {
      const problem = `${name} must be an integer of ${min}..${max}, got ${value}`;
      expect(() => resolveWorkerConfig({ [name]: value })).toThrow(new ConfigError([problem]));
    }
  });

  it('are all looked at before they are refused', () => {
    const config = { retryDelay: 5, metrics: 'yes', deadLetterQueue: 1 } as unknown as Partial<WorkerConfig>;
    expect(() => resolveWorkerConfig(config)).toThrow(
      expect.objectContaining({
        problems: [
          `retryDelay is no setting of a worker; there are ${Object.keys(WORKER_CONFIG).join(', ')}`,
          'metrics must be true or false',
          'deadLetterQueue must be true or false',
        ],
      }),
    );
  });
});

describe('ConfigurableWorker', () => {
  let bench: Bench;
  let healths: WorkerHealth[];

  beforeEach(() => {
    bench = new Bench();
    healths = [];
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  function configured(config?: Partial<WorkerConfig>, options: Partial<ConfigurableOptions> = {}) {
    const observers = [{ health: (_: string, health: WorkerHealth) => void healths.push(health) }];
    return bench.own(
      new Configured({ ...bench.options({ observers, ...options }), ...(config && { config }) }),
    );
  }

  it('works by its settings', async () => {
    const held = latch();
    const worker = configured({ maxConcurrentMessages: 2 });
    worker.work = held.handler;
    worker.start();
    await bench.send(message('a'), message('b'), message('c'));
    await bench.clock.advance(1);
    expect([worker.inFlight, worker.config.maxConcurrentMessages]).toEqual([2, 2]);
  });

  it.each([
    ['by the setting', { retryDelayMs: 5000 }, {}, 5000],
    ['after a minute by default', {}, {}, 60_000],
    ['by its policy, where it has one', { retryDelayMs: 5000 }, { retryPolicy: { delayMs: () => 70 } }, 70],
  ])('retries %s', async (_, config, options, delayMs) => {
    let calls = 0;
    const worker = configured(config, options);
    worker.work = async () => ++calls > 1;
    worker.start();
    await bench.send(message('a'));
    await bench.clock.advance(delayMs - 1);
    expect(calls).toBe(1);
    await bench.clock.advance(3);
    expect(calls).toBe(2);
  });

  it('has dead letters, or none', async () => {
    const worker = configured({ deadLetterQueue: false });
    worker.work = () => Promise.reject(new TypeError('a bug'));
    worker.start();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    await worker.stop(0);
    const other = configured({ healthCheckIntervalMs: 0 });
    other.work = worker.work;
    other.start();
    await bench.send(message('b'));
    await bench.clock.advance(1);
    expect((await bench.letters()).map(({ id }) => id)).toEqual(['b']);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('with metrics %s, %d messages are counted', async (metrics, processed) => {
    const collector = new MetricsCollector({ clock: bench.clock });
    configured({ metrics }, { metrics: collector }).start();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    expect(collector.getMetrics('w').processed).toBe(processed);
  });

  it('waits at a stop for as long as the setting says', async () => {
    const held = latch();
    const worker = configured({ gracefulShutdownTimeoutMs: 7000, healthCheckIntervalMs: 0 });
    worker.work = held.handler;
    worker.start();
    await bench.send(message('a'));
    await bench.clock.advance(1);
    const stopped = worker.stop();
    await bench.clock.advance(6999);
    expect([worker.state, held.reasons]).toEqual(['stopping', []]);
    await bench.clock.advance(1);
    await stopped;
    expect([worker.state, held.reasons]).toEqual(['stopped', ['shutdown']]);
  });

  describe('looks after its health', () => {
    function unsteady(config?: Partial<WorkerConfig>, options: Partial<ConfigurableOptions> = {}) {
      const state = { down: false };
      const unless = <T>(then: () => Promise<T>): Promise<T> =>
        state.down ? Promise.reject(new QueueError('unavailable', 'down')) : then();
      const queues = overriding(bench.queues, {
        getQueueStats: (queue) => unless(() => bench.queues.getQueueStats(queue)),
      });
      return { state, worker: configured(config, { ...options, queues }) };
    }

    it('every 30 s, and tells when it changes, once', async () => {
      const { worker, state } = unsteady();
      worker.start();
      worker.start();
      await bench.clock.advance(60_000);
      expect(healths).toEqual([]);
      state.down = true;
      await bench.clock.advance(29_999);
      expect(healths).toEqual([]);
      await bench.clock.advance(60_001);
      expect(healths).toMatchObject([{ worker: 'w', healthy: false }]);
      state.down = false;
      await bench.clock.advance(30_000);
      expect(healths.map(({ healthy }) => healthy)).toEqual([false, true]);
    });

    it('with a line in the log that names what failed, whoever listens', async () => {
      const lines: string[] = [];
      const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });
      const { worker, state } = unsteady({}, { logger, observers: [{}] });
      worker.start();
      state.down = true;
      await bench.clock.advance(30_000);
      state.down = false;
      await bench.clock.advance(30_000);
      const told = lines.map((line) => JSON.parse(line));
      expect(told).toMatchObject([
        { level: 40, worker: 'w', failed: [{ name: 'queue_size' }] },
        { level: 30, worker: 'w', failed: [] },
      ]);
    });

    it('at another interval, or never', async () => {
      const often = unsteady({ healthCheckIntervalMs: 1000 });
      const never = unsteady({ healthCheckIntervalMs: 0 }, { name: 'never' });
      often.worker.start();
      never.worker.start();
      often.state.down = true;
      never.state.down = true;
      await bench.clock.advance(1000);
      expect(healths).toMatchObject([{ worker: 'w' }]);
      await bench.clock.advance(600_000);
      expect(healths).toHaveLength(1);
    });

    it('without metrics, too', async () => {
      const { worker, state } = unsteady({ metrics: false });
      worker.start();
      state.down = true;
      await bench.clock.advance(30_000);
      expect(healths).toMatchObject([{ healthy: false }]);
    });

    it('until it is stopped, and from the next start as if nothing had been', async () => {
      const { worker, state } = unsteady();
      worker.start();
      state.down = true;
      await bench.clock.advance(30_000);
      expect(healths).toHaveLength(1);
      await worker.stop();
      expect(bench.clock.pendingTimers).toBe(1);
      await bench.clock.advance(90_000);
      expect(healths).toHaveLength(1);
      worker.start();
      await bench.clock.advance(30_000);
      expect(healths.map(({ healthy }) => healthy)).toEqual([false, false]);
    });

    it('and has nothing to say when it was stopped while it looked', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const queues = overriding(bench.queues, {
        async getQueueStats() {
          await promise;
          throw new QueueError('unavailable', 'down');
        },
      });
      const worker = configured({}, { queues });
      worker.start();
      await bench.clock.advance(30_000);
      await worker.stop();
      resolve();
      await bench.clock.advance(60_000);
      expect(healths).toEqual([]);
    });
  });
});
