import { describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { EventWorker, LoopLag, MetricsCollector, WorkerManager } from '../../src/worker/index.ts';
import { SlidingWindow } from '../../src/worker/sliding-window.ts';
import { Bench, latch, message, overriding } from './support.ts';

describe('MetricsCollector', () => {
  it('has figures of nothing', () => {
    expect(new MetricsCollector().getMetrics('w')).toEqual({
      processed: 0,
      errors: 0,
      averageMs: 0,
      p50Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
      recent: 0,
      successRate: null,
      errorRate: null,
      lastStartedAt: null,
      lastProcessedAt: null,
      lastSuccessAt: null,
      queueSize: null,
      oldestAgeMs: null,
      uptimeMs: 0,
    });
  });

  it.each([0, -1, Number.NaN])('refuses a window of %d ms', (windowMs) => {
    const refused = new RangeError(`windowMs must be over 0, got ${windowMs}`);
    expect(() => new MetricsCollector({ windowMs })).toThrow(refused);
  });

  it('tells durations over the last 1000 messages, and rates over the window', () => {
    const clock = new ManualClock(0);
    const metrics = new MetricsCollector({ clock, windowMs: 30_000 });
    for (let n = 0; n < 500; n++) metrics.recordMessageProcessed('w', 100_000, 1);
    for (let n = 1; n <= 1000; n++) metrics.recordMessageProcessed('w', n, 2);
    metrics.recordMessageError('other', 3, 4);
    expect(metrics.getMetrics('w')).toMatchObject({
      processed: 1500,
      errors: 0,
      averageMs: 500.5,
      p50Ms: 500,
      p95Ms: 950,
      p99Ms: 990,
      successRate: 1,
      errorRate: 0,
      lastProcessedAt: 2,
      lastSuccessAt: 2,
    });
    expect(metrics.getMetrics('other')).toMatchObject({
      errorRate: 1,
      lastProcessedAt: 4,
      lastSuccessAt: null,
    });
  });

  it('forgets what is older than its window', async () => {
    const clock = new ManualClock();
    const metrics = new MetricsCollector({ clock, windowMs: 30_000 });
    metrics.recordMessageError('w', 1, clock.now());
    await clock.advance(15_000);
    metrics.recordMessageProcessed('w', 1, clock.now());
    expect(metrics.getMetrics('w')).toMatchObject({ recent: 2, errorRate: 0.5, successRate: 0.5 });
    await clock.advance(15_000);
    expect(metrics.getMetrics('w')).toMatchObject({ recent: 1, errorRate: 0 });
    await clock.advance(15_000);
    expect(metrics.getMetrics('w')).toMatchObject({ recent: 0, errorRate: null, errors: 1 });
    metrics.recordMessageProcessed('w', 1, clock.now());
    expect(metrics.getMetrics('w')).toMatchObject({ recent: 1, errorRate: 0 });
  });

  it('looks at the queues of the workers that it tracks', async () => {
    await using bench = new Bench();
    let down = false;
    const queues = overriding(bench.queues, {
      getQueueStats: async (queue) => {
        if (down) throw new QueueError('unavailable', 'down');
        return await bench.queues.getQueueStats(queue);
      },
    });
    const metrics = new MetricsCollector({ clock: bench.clock });
    metrics.track(bench.worker({ metrics }, queues));
    await bench.send(message('a'), message('b'));
    await bench.queues.sendMessage('work', message('c'), { delayMs: 60_000 });
    await bench.clock.advance(4000);
    await metrics.refresh();
    expect(metrics.getMetrics('w')).toMatchObject({ queueSize: 3, oldestAgeMs: 4000 });
    down = true;
    await metrics.refresh();
    expect(metrics.getMetrics('w')).toMatchObject({ queueSize: null, oldestAgeMs: null });
    expect(await metrics.registry.metrics()).not.toMatch(/^checkmend_worker_queue_size\{/m);
  });

  it('speaks Prometheus', async () => {
    await using bench = new Bench();
    const metrics = new MetricsCollector({ clock: bench.clock });
    const worker = bench.worker({ metrics });
    const held = latch();
    let calls = 0;
    worker.registerHandler('greet', async (given, context) => {
      if (++calls === 1) return true;
      if (calls === 2) return false;
      return await held.handler(given, context);
    });
    metrics.track(worker);
    worker.start();
    await bench.send(message('a'), message('b'), message('c'), message('d'));
    await bench.clock.advance(2000);
    const text = await metrics.registry.metrics();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'checkmend_worker_messages_total{worker="w",outcome="done"} 1',
        'checkmend_worker_messages_total{worker="w",outcome="error"} 1',
        'checkmend_worker_message_duration_seconds_count{worker="w"} 2',
        'checkmend_worker_up{worker="w"} 1',
        'checkmend_worker_in_flight{worker="w"} 1',
        'checkmend_worker_queue_size{worker="w"} 2',
        'checkmend_worker_queue_oldest_age_seconds{worker="w"} 2',
        'checkmend_worker_uptime_seconds{worker="w"} 2',
      ]),
    );
    await worker.stop(0);
    expect(await metrics.registry.metrics()).toMatch(/checkmend_worker_up\{worker="w"\} 0/);
    expect(metrics.getMetrics('w').uptimeMs).toBe(0);
  });

  it('names and explains each metric, in base units', async () => {
    const metrics = new MetricsCollector();
    metrics.recordMessageProcessed('w', 250, 0);
    const text = await metrics.registry.metrics();
    const explained = text.split('\n').filter((line) => line.startsWith('# '));
    const about = (name: string, type: string, help: string) => [
      `# HELP checkmend_worker_${name} ${help}`,
      `# TYPE checkmend_worker_${name} ${type}`,
    ];
    expect(explained).toEqual([
      ...about(
        'messages_total',
        'counter',
        'Messages that a worker settled: done, or error (retried or dead)',
      ),
      ...about('message_duration_seconds', 'histogram', 'Time that messages spent in their handler'),
      ...about('up', 'gauge', 'Whether the worker takes messages'),
      ...about('in_flight', 'gauge', 'Messages in the hands of handlers'),
      ...about('queue_size', 'gauge', 'Messages waiting or delayed; absent while out of reach'),
      ...about('queue_oldest_age_seconds', 'gauge', 'Age of the oldest message that could be taken'),
      ...about('uptime_seconds', 'gauge', 'Time since the worker was started; 0 while it does not run'),
    ]);
    const buckets = [...text.matchAll(/_bucket\{le="([^"]+)",worker="w"\} (\d)/g)].map(([, le, n]) => [
      le,
      n,
    ]);
    expect(buckets).toEqual(
      [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, '+Inf'].map((le) => [
        String(le),
        Number(le) < 0.25 ? '0' : '1',
      ]),
    );
    expect(text).toContain('checkmend_worker_message_duration_seconds_sum{worker="w"} 0.25');
  });

  it('asks each queue once for a page of metrics, and again for the next', async () => {
    await using bench = new Bench();
    let asked = 0;
    const queues = overriding(bench.queues, {
      getQueueStats(queue) {
        asked += 1;
        return bench.queues.getQueueStats(queue);
      },
    });
    const metrics = new MetricsCollector({ clock: bench.clock });
    metrics.track(bench.worker({ metrics }, queues));
    await metrics.registry.metrics();
    expect(asked).toBe(1);
    await metrics.registry.metrics();
    expect(asked).toBe(2);
  });

  it('is not needed', async () => {
    await using bench = new Bench();
    const worker = bench.own(new EventWorker(bench.options({ metrics: null })));
    worker.registerHandler('greet', ({ id }) => id === 'a').start();
    await bench.send(message('a'), message('b'));
    await bench.clock.advance(1);
    expect(await bench.stats()).toMatchObject({ delayed: 1, ready: 0, inFlight: 0 });
  });
});

describe('SlidingWindow', () => {
  it('does not count what a clock that was set back leaves in the future', () => {
    const window = new SlidingWindow(30_000);
    window.add(false, 100_000);
    expect(window.counts(50_000)).toEqual({ ok: 0, failed: 0 });
    expect(window.counts(100_000)).toEqual({ ok: 0, failed: 1 });
  });

  it('works before the epoch', () => {
    const window = new SlidingWindow(30_000);
    window.add(true, -1000);
    expect(window.counts(-1000)).toEqual({ ok: 1, failed: 0 });
  });

  it('forgets a thirtieth of itself at a time', () => {
    const window = new SlidingWindow(30_000);
    window.add(true, 0);
    window.add(false, 999);
    window.add(true, 1000);
    expect(window.counts(1000)).toEqual({ ok: 2, failed: 1 });
    expect(window.counts(29_999)).toEqual({ ok: 2, failed: 1 });
    expect(window.counts(30_000)).toEqual({ ok: 1, failed: 0 });
    expect(window.counts(31_000)).toEqual({ ok: 0, failed: 0 });
    // The place of the oldest is taken by what comes a whole window later.
    window.add(true, 30_500);
    expect(window.counts(30_500)).toEqual({ ok: 2, failed: 0 });
  });

  it('has a length', () => {
    for (const windowMs of [0, -1, Number.NaN]) {
      const refused = new RangeError(`windowMs must be over 0, got ${windowMs}`);
      expect(() => new SlidingWindow(windowMs)).toThrow(refused);
    }
  });
});

describe('LoopLag', () => {
  it('sees a loop that was blocked, and forgets it when it was told', async () => {
    const { registry } = new MetricsCollector();
    const lag = new LoopLag(registry);
    expect(lag.read()).toEqual({ p50: 0, p99: 0, max: 0 });
    lag.start();
    try {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const until = performance.now() + 120;
      while (performance.now() < until);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const text = await registry.metrics();
      const max = Number(/checkmend_event_loop_lag_seconds\{quantile="1"\} (\S+)/.exec(text)?.[1]);
      expect(max).toBeGreaterThan(0.08);
      // The scrape has taken it.
      expect(lag.read().max).toBeLessThan(max);
    } finally {
      lag.stop();
    }
  });

  it('is one metric, however many measure', async () => {
    const { registry } = new MetricsCollector();
    new LoopLag(registry);
    expect(() => new LoopLag(registry)).not.toThrow();
    expect(new LoopLag().read().max).toBe(0);
  });
});

describe('figures in a manager', () => {
  it('are those of its workers, wherever they go; a worker that records none has none', async () => {
    await using bench = new Bench();
    const own = new MetricsCollector({ clock: bench.clock });
    const manager = new WorkerManager(undefined, { clock: bench.clock });
    const metrics = { shared: undefined, own, none: null };
    for (const [name, given] of Object.entries(metrics)) {
      const options = { name, queue: name, ...(given !== undefined && { metrics: given }) };
      const worker = bench.own(new EventWorker(bench.options(options)));
      manager.register(worker.registerHandler('greet', () => true));
      await bench.queues.sendMessage(name, message('a'));
    }
    manager.startAll();
    await bench.clock.advance(1);
    const processed = (await manager.getWorkerStatus()).map((status) => status.processed);
    expect(processed).toEqual([1, 1, 0]);
    expect(['own', 'shared'].map((name) => own.getMetrics(name).processed)).toEqual([1, 0]);
    expect(manager.metrics.getMetrics('own').processed).toBe(0);
    expect(await manager.metrics.registry.metrics()).toContain('{worker="shared",outcome="done"} 1');
    await manager.stopAll();
  });
});
