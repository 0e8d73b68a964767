/**
 * The queue and worker library of Checkmend, and its log analyser: what other people build their own workers on.
 * @packageDocumentation
 */
export * from './analysis/index.ts';
export { type Clock, systemClock, type Timer } from './clock.ts';
export {
  CheckmendError,
  ConfigError,
  PermanentError,
  QueueError,
  type QueueErrorCode,
  TransientError,
  ValidationError,
} from './errors.ts';
export * from './events/index.ts';
export { createLogger, type Logger, type LoggerOptions, redactSecrets, silentLogger } from './logger.ts';
export * from './messages/index.ts';
export { MemoryQueueManager, type MemoryQueueOptions } from './queue/memory.ts';
export {
  type RedisAccess,
  type RedisNode,
  RedisQueueManager,
  type RedisQueueOptions,
  type RedisTarget,
} from './queue/redis.ts';
export { SqliteQueueManager, type SqliteQueueOptions } from './queue/sqlite.ts';
export type * from './queue/types.ts';
export { DatabaseError, type DatabaseErrorCode, type SqliteDatabaseOptions } from './sqlite/database.ts';
export * from './worker/index.ts';
