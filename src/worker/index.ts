export { BaseWorker, type WorkerState } from './base-worker.ts';
export { AbortReason, type AbortReasonCode, type WorkerContext } from './context.ts';
export {
  EventWorker,
  type HandlerOptions,
  type HandlerResult,
  type MessageHandler,
  type MessageMap,
} from './event-worker.ts';
export { MetricsCollector, type WorkerMetricsSnapshot } from './metrics.ts';
export type { WorkerObserver } from './observer.ts';
export type { WorkerOptions } from './options.ts';
export { dead, done, type Outcome, retry, snooze } from './outcome.ts';
export { ExponentialBackoff, type ExponentialBackoffOptions, type RetryPolicy } from './retry-policy.ts';
export { TransientBackoff } from './transient-backoff.ts';
export { WorkerManager, type WorkerStatus } from './worker-manager.ts';
