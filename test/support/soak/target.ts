import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import type { QueueManager } from '../../../src/queue/types.ts';
import { LEASE_MS } from './facts.ts';

/** Where processes find the queue. */
export type SoakTarget =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'redis'; readonly url: string };

/** Opens it with the options of a soak. */
export async function openManager(target: SoakTarget): Promise<QueueManager> {
  if (target.kind === 'sqlite') return SqliteQueueManager.open(target.path, { leaseMs: LEASE_MS });
  const { url } = target;
  return new RedisQueueManager({ url }, { leaseMs: LEASE_MS, commandTimeoutMs: 1_000 });
}
