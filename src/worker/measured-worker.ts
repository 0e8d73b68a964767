import type { QueueStats } from '../queue/types.ts';

/** Where a worker stands: `quiet` takes nothing new and finishes what it has; `failed` has died of an error. */
export type WorkerState = 'stopped' | 'running' | 'quiet' | 'stopping' | 'failed';

/** What figures are read of. */
export interface MeasuredWorker {
  /** Unique in its process. */
  readonly name: string;
  readonly state: WorkerState;
  /** Messages, batches counted one by one, or ticks in the hands of handlers. */
  readonly inFlight: number;
  /** Null for a worker without a queue. */
  queueStats(): Promise<QueueStats | null>;
}
