export { BaseWorker, STOP_DEADLINE_MS } from './base-worker.ts';
export { AbortReason, type AbortReasonCode, type WorkerContext } from './context.ts';
export {
  EventWorker,
  type HandlerOptions,
  type HandlerResult,
  type MessageHandler,
  type MessageMap,
} from './event-worker.ts';
export {
  HEALTH_CHECKS,
  HEALTH_THRESHOLDS,
  type HealthCheck,
  type HealthCheckName,
  type HealthThresholds,
  type WorkerHealth,
} from './health.ts';
export { HealthChecker, type HealthOptions } from './health-checker.ts';
export type { ExchangeFacts, ManagedWorker, WorkerState } from './managed-worker.ts';
export { MetricsCollector, type MetricsOptions, type WorkerMetrics } from './metrics.ts';
export type { WorkerObserver } from './observer.ts';
export { WORKER_OPTION_RANGES, type WorkerOptions } from './options.ts';
export { dead, done, type Outcome, retry, snooze } from './outcome.ts';
export {
  ExponentialBackoff,
  type ExponentialBackoffOptions,
  FixedDelay,
  type RetryPolicy,
} from './retry-policy.ts';
export { SlotPool, type SlotTicket } from './slot-pool.ts';
export { TransientBackoff } from './transient-backoff.ts';
export { WorkerManager, type WorkerManagerOptions, type WorkerStatus } from './worker-manager.ts';
