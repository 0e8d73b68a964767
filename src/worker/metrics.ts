/** Durations remembered for the quantiles. */
const WINDOW = 1000;

/** Figures of one worker since it was made; durations in milliseconds over the last 1000 messages. */
export interface WorkerMetricsSnapshot {
  processed: number;
  errors: number;
  averageMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Milliseconds since the epoch; null before the first. */
  lastProcessedAt: number | null;
  lastSuccessAt: number | null;
}

/** Counts what workers do, by worker name. */
export class MetricsCollector {
  readonly #workers = new Map<string, Figures>();

  recordMessageProcessed(worker: string, durationMs: number, at: number): void {
    const figures = this.#of(worker);
    figures.processed += 1;
    figures.lastSuccessAt = at;
    figures.add(durationMs, at);
  }

  recordMessageError(worker: string, durationMs: number, at: number): void {
    const figures = this.#of(worker);
    figures.errors += 1;
    figures.add(durationMs, at);
  }

  getMetrics(worker: string): WorkerMetricsSnapshot {
    return this.#of(worker).snapshot();
  }

  #of(worker: string): Figures {
    const known = this.#workers.get(worker);
    if (known) return known;
    const figures = new Figures();
    this.#workers.set(worker, figures);
    return figures;
  }
}

class Figures {
  processed = 0;
  errors = 0;
  lastSuccessAt: number | null = null;
  #lastAt: number | null = null;
  readonly #durations: number[] = [];
  #next = 0;

  add(durationMs: number, at: number): void {
    this.#durations[this.#next] = durationMs;
    this.#next = (this.#next + 1) % WINDOW;
    this.#lastAt = at;
  }

  snapshot(): WorkerMetricsSnapshot {
    const sorted = this.#durations.toSorted((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
    const sum = sorted.reduce((total, duration) => total + duration, 0);
    return {
      processed: this.processed,
      errors: this.errors,
      averageMs: sorted.length === 0 ? 0 : sum / sorted.length,
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      lastProcessedAt: this.#lastAt,
      lastSuccessAt: this.lastSuccessAt,
    };
  }
}
