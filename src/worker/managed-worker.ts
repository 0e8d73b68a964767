import type { MeasuredWorker } from './measured-worker.ts';
import type { MetricsCollector } from './metrics.ts';
import type { SlotPool } from './slot-pool.ts';

export type { WorkerState } from './measured-worker.ts';

/** How a worker and the backend of its queue get on. Times are milliseconds since the epoch. */
export interface ExchangeFacts {
  /** The last time that an exchange with the queue succeeded; null before the first. */
  lastSuccessAt: number | null;
  /** Since when it has been trying without success; null while it is not trying. */
  tryingSince: number | null;
  /** How long an exchange may wait by itself, in milliseconds. */
  waitMs: number;
}

/** What `WorkerManager` and `HealthChecker` need of a worker, whether or not it has a queue. */
export interface ManagedWorker extends MeasuredWorker {
  /** Empty for a worker without a queue. */
  readonly queue: string;
  /** Null for a worker without a queue. */
  readonly exchange: ExchangeFacts | null;
  /** Where its figures go: null for nowhere, undefined where whoever manages it knows. */
  readonly metrics?: MetricsCollector | null;
  start(): void;
  quiet(): void;
  stop(deadlineMs?: number): Promise<void>;
  /** Resolves when it has stopped since the last start; with the error if it died of one. */
  ended(): Promise<Error | null>;
  /** Has it draw from a pool of slots; from the next start on. */
  shareSlots?(pool: SlotPool): void;
  /** Has it record its figures in a collector, unless it was made with one. */
  shareMetrics?(metrics: MetricsCollector): void;
}
