export { deadReasonOf } from './failure.ts';
export { MemoryQueueManager, type MemoryQueueOptions, MemoryQueues } from './memory.ts';
export { QUEUE_OPTION_RANGES } from './options.ts';
export {
  type RedisAccess,
  type RedisNode,
  RedisQueueManager,
  type RedisQueueOptions,
  type RedisTarget,
} from './redis.ts';
export { SqliteQueueManager, type SqliteQueueOptions } from './sqlite.ts';
export type * from './types.ts';
