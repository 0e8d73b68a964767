import { DurationBuckets } from './duration-buckets.ts';
import { SlidingWindow } from './sliding-window.ts';

/** Durations remembered for the average and the quantiles. */
const DURATIONS_KEPT = 1000;

/** Figures of one worker. Durations are milliseconds over its last 1000 messages; times are since the epoch. */
export interface WorkerMetrics {
  /** Settled as done since the collector was made. */
  processed: number;
  /** Retried or dead since the collector was made. */
  errors: number;
  averageMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Messages that ended within the sliding window. */
  recent: number;
  /** Of the sliding window, 0..1; null if nothing ended in it. */
  successRate: number | null;
  errorRate: number | null;
  lastStartedAt: number | null;
  lastProcessedAt: number | null;
  lastSuccessAt: number | null;
  /** Waiting and delayed, as last seen; null if never, or out of reach. */
  queueSize: number | null;
  /** Age of the oldest message that could be taken, as last seen. */
  oldestAgeMs: number | null;
  /** Milliseconds since it was started; 0 while it does not run. */
  uptimeMs: number;
}

/** What a collector knows of one worker. */
export class WorkerFigures {
  startedAt: number | null = null;
  lastStartedAt: number | null = null;
  queue: { size: number; oldestAgeMs: number } | null = null;
  processed = 0;
  errors = 0;
  readonly durations = new DurationBuckets();
  #lastProcessedAt: number | null = null;
  #lastSuccessAt: number | null = null;
  #next = 0;
  readonly #latest: number[] = [];
  readonly #window: SlidingWindow;

  constructor(windowMs: number) {
    this.#window = new SlidingWindow(windowMs);
  }

  add(ok: boolean, durationMs: number, at: number): void {
    if (ok) {
      this.processed += 1;
      this.#lastSuccessAt = at;
    } else this.errors += 1;
    this.durations.add(durationMs / 1000);
    this.#latest[this.#next] = durationMs;
    this.#next = (this.#next + 1) % DURATIONS_KEPT;
    this.#lastProcessedAt = at;
    this.#window.add(ok, at);
  }

  snapshot(now: number): WorkerMetrics {
    const sorted = this.#latest.toSorted((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
    const sum = sorted.reduce((total, duration) => total + duration, 0);
    const { ok, failed } = this.#window.counts(now);
    const recent = ok + failed;
    return {
      processed: this.processed,
      errors: this.errors,
      averageMs: sorted.length === 0 ? 0 : sum / sorted.length,
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      recent,
      successRate: recent === 0 ? null : ok / recent,
      errorRate: recent === 0 ? null : failed / recent,
      lastStartedAt: this.lastStartedAt,
      lastProcessedAt: this.#lastProcessedAt,
      lastSuccessAt: this.#lastSuccessAt,
      queueSize: this.queue?.size ?? null,
      oldestAgeMs: this.queue?.oldestAgeMs ?? null,
      uptimeMs: this.startedAt === null ? 0 : now - this.startedAt,
    };
  }
}
