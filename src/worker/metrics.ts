import type { Registry } from 'prom-client';
import { type Clock, systemClock } from '../clock.ts';
import type { MeasuredWorker } from './measured-worker.ts';
import { WorkerPrometheus } from './prometheus.ts';
import { WorkerFigures, type WorkerMetrics } from './worker-figures.ts';

export type { WorkerMetrics } from './worker-figures.ts';

/** Options of {@link MetricsCollector}. */
export interface MetricsOptions {
  clock?: Clock;
  /** Length of the sliding window of the rates, in milliseconds, > 0; default 900000. */
  windowMs?: number;
}

/** Counts what workers do, by worker name; as figures, and as Prometheus metrics in a registry of its own. */
export class MetricsCollector {
  readonly #workers = new Map<string, WorkerFigures>();
  readonly #tracked = new Map<string, MeasuredWorker>();
  readonly #clock: Clock;
  readonly #windowMs: number;
  /** Of workers that are not known; made at once, as a window that is none is refused with it. */
  readonly #none: WorkerFigures;
  readonly #prometheus: WorkerPrometheus;

  /** @throws RangeError for a `windowMs` that is not over 0 */
  constructor({ clock = systemClock, windowMs = 900_000 }: MetricsOptions = {}) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#none = new WorkerFigures(windowMs);
    this.#prometheus = new WorkerPrometheus(this.#workers, () => this.#gauges());
  }

  /** For `registry.metrics()`, or to be merged with others. */
  get registry(): Registry {
    return this.#prometheus.registry;
  }

  /** A worker runs. @param at milliseconds since the epoch, here and below */
  recordWorkerStarted(worker: string, at: number): void {
    this.#of(worker).startedAt = at;
  }

  /** It runs no more. */
  recordWorkerStopped(worker: string): void {
    this.#of(worker).startedAt = null;
  }

  /** A handler was started. */
  recordMessageStarted(worker: string, at: number): void {
    this.#of(worker).lastStartedAt = at;
  }

  /** A message is done. @param durationMs time in the handler */
  recordMessageProcessed(worker: string, durationMs: number, at: number): void {
    this.#of(worker).add(true, durationMs, at);
  }

  /** A message was retried or is dead. */
  recordMessageError(worker: string, durationMs: number, at: number): void {
    this.#of(worker).add(false, durationMs, at);
  }

  /** A worker whose queue is to be looked at by `refresh`, and at every scrape. */
  track(worker: MeasuredWorker): void {
    this.#tracked.set(worker.name, worker);
  }

  /** Looks at the queues of the tracked workers; one that is out of reach has no size then. */
  async refresh(): Promise<void> {
    await Promise.all(
      [...this.#tracked.values()].map(async (worker) => {
        const stats = await worker.queueStats().catch(() => null);
        const { ready = 0, delayed = 0, oldestAgeMs = 0 } = stats ?? {};
        this.#of(worker.name).queue = stats && { size: ready + delayed, oldestAgeMs };
      }),
    );
  }

  /** Figures of one worker; zeros and nulls for one that is not known. */
  getMetrics(worker: string): WorkerMetrics {
    const figures = this.#workers.get(worker) ?? this.#none;
    return figures.snapshot(this.#clock.now());
  }

  async #gauges() {
    await this.refresh();
    return [...this.#tracked.values()].map((worker) => ({ worker, metrics: this.getMetrics(worker.name) }));
  }

  #of(worker: string): WorkerFigures {
    const known = this.#workers.get(worker);
    if (known) return known;
    const figures = new WorkerFigures(this.#windowMs);
    this.#workers.set(worker, figures);
    return figures;
  }
}
