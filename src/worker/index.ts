export { BaseWorker, STOP_DEADLINE_MS } from './base-worker.ts';
export { type AverageTimeOptions, AverageTimeRule, type BatchSizeRule } from './batch-size-rule.ts';
export { type BatchContext, type BatchOptions, type BatchResult, BatchWorker } from './batch-worker.ts';
export { CONCURRENCY_DEFAULT, ConcurrentWorker } from './concurrent-worker.ts';
export { type ConfigurableOptions, ConfigurableWorker } from './configurable-worker.ts';
export { AbortReason, type AbortReasonCode, type WorkerContext } from './context.ts';
export {
  DEAD_LETTER_QUEUE,
  type DeadLetterAnalysis,
  type DeadLetterMessage,
  type DeadLetterPayload,
  DeadLetterQueue,
  type DeadLetterReport,
  toDeadLetterMessage,
} from './dead-letter-queue.ts';
export { EventWorker } from './event-worker.ts';
export {
  HEALTH_CHECKS,
  HEALTH_THRESHOLDS,
  type HealthCheck,
  type HealthCheckName,
  type HealthThresholds,
  type WorkerHealth,
} from './health.ts';
export { HealthChecker, type HealthOptions } from './health-checker.ts';
export { LoopLag, type LoopLagReading } from './loop-lag.ts';
export type { ExchangeFacts, ManagedWorker, WorkerState } from './managed-worker.ts';
export {
  type HandlerOptions,
  type HandlerResult,
  type MessageHandler,
  MessageHandlers,
  type MessageMap,
} from './message-handlers.ts';
export { type MessageProcessor, ProcessorChain, ProcessorWorker } from './message-processor.ts';
export { MetricsCollector, type MetricsOptions, type WorkerMetrics } from './metrics.ts';
export type { WorkerObserver } from './observer.ts';
export { type OptimizedBatchOptions, OptimizedBatchWorker } from './optimized-batch-worker.ts';
export { WORKER_OPTION_RANGES, type WorkerOptions } from './options.ts';
export { dead, done, type Outcome, retry, snooze } from './outcome.ts';
export {
  ExponentialBackoff,
  type ExponentialBackoffOptions,
  FixedDelay,
  type RetryPolicy,
} from './retry-policy.ts';
export { RetryableWorker } from './retryable-worker.ts';
export type { ScheduleOptions } from './schedule.ts';
export { type ScheduledOptions, type ScheduledTick, ScheduledWorker } from './scheduled-worker.ts';
export { SlotPool, type SlotTicket } from './slot-pool.ts';
export { type RedisSlotOptions, RedisSlotStore } from './slot-store/redis.ts';
export { SqliteSlotStore } from './slot-store/sqlite.ts';
export { MemorySlotStore, type SlotStore } from './slot-store.ts';
export { TransientBackoff } from './transient-backoff.ts';
export { resolveWorkerConfig, WORKER_CONFIG, type WorkerConfig } from './worker-config.ts';
export { WorkerManager, type WorkerManagerOptions, type WorkerStatus } from './worker-manager.ts';
