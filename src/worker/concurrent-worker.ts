import { BaseWorker } from './base-worker.ts';
import type { WorkerOptions } from './options.ts';

/** Messages that a {@link ConcurrentWorker} works on at once. */
export const CONCURRENCY_DEFAULT = 5;

/** Works on several messages at once, by default 5; one loop fetches for all, and only what can be started. */
export abstract class ConcurrentWorker extends BaseWorker {
  constructor(options: WorkerOptions) {
    super({ ...options, concurrency: options.concurrency ?? CONCURRENCY_DEFAULT });
  }
}
