import type { BaseWorker, WorkerState } from './base-worker.ts';
import { MetricsCollector } from './metrics.ts';

/** Where one worker stands. */
export interface WorkerStatus {
  name: string;
  queue: string;
  state: WorkerState;
  /** Waiting and delayed messages of its queue; -1 while the queue is out of reach. */
  queueSize: number;
  inFlight: number;
  processed: number;
  errors: number;
  /** Milliseconds since the epoch; null before the first. */
  lastSuccessAt: number | null;
}

/** Starts and stops the workers of a process together. */
export class WorkerManager {
  readonly #workers = new Map<string, BaseWorker>();
  readonly #metrics: MetricsCollector;

  /** @param metrics the collector that the workers were given */
  constructor(metrics: MetricsCollector = new MetricsCollector()) {
    this.#metrics = metrics;
  }

  /** @throws Error for a second worker of one name */
  register(worker: BaseWorker): this {
    if (this.#workers.has(worker.name)) throw new Error(`there is a worker ${worker.name} already`);
    this.#workers.set(worker.name, worker);
    return this;
  }

  startAll(): void {
    for (const worker of this.#workers.values()) worker.start();
  }

  /** Takes nothing new, anywhere. */
  quietAll(): void {
    for (const worker of this.#workers.values()) worker.quiet();
  }

  /**
   * Quiets everything first, then stops all within one common deadline.
   * @throws AggregateError when workers did not stop cleanly
   */
  async stopAll(deadlineMs = 30_000): Promise<void> {
    this.quietAll();
    const settled = await Promise.allSettled(
      [...this.#workers.values()].map((worker) => worker.stop(deadlineMs)),
    );
    const errors = settled.flatMap((it) => (it.status === 'rejected' ? [it.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, 'not every worker stopped cleanly');
  }

  /** In the order of registration. */
  async getWorkerStatus(): Promise<WorkerStatus[]> {
    return await Promise.all(
      [...this.#workers.values()].map(async (worker) => {
        const { processed, errors, lastSuccessAt } = this.#metrics.getMetrics(worker.name);
        return {
          name: worker.name,
          queue: worker.queue,
          state: worker.state,
          queueSize: await worker.queueSize().catch(() => -1),
          inFlight: worker.inFlight,
          processed,
          errors,
          lastSuccessAt,
        };
      }),
    );
  }
}
