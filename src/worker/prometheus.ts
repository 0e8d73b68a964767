import { Counter, Gauge, Registry } from 'prom-client';
import type { DurationBuckets } from './duration-buckets.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { MeasuredWorker } from './measured-worker.ts';
import type { WorkerMetrics } from './worker-figures.ts';

/** Messages that a worker settled. */
interface Counts {
  readonly processed: number;
  readonly errors: number;
  readonly durations: DurationBuckets;
}

type Reading = { worker: MeasuredWorker; metrics: WorkerMetrics };

/** The Prometheus metrics of a collector's workers; units are base units, as Prometheus wants them. */
export class WorkerPrometheus {
  readonly registry = new Registry();

  /**
   * @param counts by worker, read at every scrape
   * @param read called at every scrape, for what is measured rather than counted
   */
  constructor(counts: ReadonlyMap<string, Counts>, read: () => Promise<readonly Reading[]>) {
    const registers = [this.registry];
    const messages = new Counter({
      name: 'checkmend_worker_messages_total',
      help: 'Messages that a worker settled: done, or error (retried or dead)',
      labelNames: ['worker', 'outcome'],
      registers,
      collect() {
        messages.reset();
        for (const [worker, { processed, errors }] of counts) {
          messages.inc({ worker, outcome: 'done' }, processed);
          messages.inc({ worker, outcome: 'error' }, errors);
        }
      },
    });
    new DurationHistogram({
      name: 'checkmend_worker_message_duration_seconds',
      help: 'Time that messages spent in their handler',
      registers,
      *read() {
        for (const [worker, { durations }] of counts) if (durations.count > 0) yield [worker, durations];
      },
    });
    this.#addGauges(read);
  }

  #addGauges(read: () => Promise<readonly Reading[]>): void {
    const shared = shareWhilePending(read);
    const gauge = (name: string, help: string, value: (reading: Reading) => number | null) => {
      const made = new Gauge({
        name: `checkmend_worker_${name}`,
        help,
        labelNames: ['worker'],
        registers: [this.registry],
        async collect() {
          const readings = await shared();
          made.reset();
          for (const reading of readings) {
            const figure = value(reading);
            if (figure !== null) made.set({ worker: reading.worker.name }, figure);
          }
        },
      });
    };
    gauge('up', 'Whether the worker takes messages', ({ worker }) => Number(worker.state === 'running'));
    gauge('in_flight', 'Messages in the hands of handlers', ({ worker }) => worker.inFlight);
    gauge(
      'queue_size',
      'Messages waiting or delayed; absent while out of reach',
      (it) => it.metrics.queueSize,
    );
    gauge('queue_oldest_age_seconds', 'Age of the oldest message that could be taken', ({ metrics }) =>
      metrics.oldestAgeMs === null ? null : metrics.oldestAgeMs / 1000,
    );
    gauge(
      'uptime_seconds',
      'Time since the worker was started; 0 while it does not run',
      ({ metrics }) => metrics.uptimeMs / 1000,
    );
  }
}

/** A registry collects all of its metrics at once: they share one reading. */
function shareWhilePending<T>(read: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= read().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}
