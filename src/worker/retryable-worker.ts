import { BaseWorker } from './base-worker.ts';
import type { WorkerOptions } from './options.ts';
import { ExponentialBackoff } from './retry-policy.ts';

/**
 * Retries by a policy of its own, by default {@link ExponentialBackoff} with its defaults: three retries, also
 * where a message would allow more. The retry waits in the queue, not in the worker.
 */
export abstract class RetryableWorker extends BaseWorker {
  constructor(options: WorkerOptions) {
    super({ ...options, retryPolicy: options.retryPolicy ?? new ExponentialBackoff() });
  }
}
