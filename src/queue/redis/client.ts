import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** A connection of ioredis. */
export type RedisClient = Redis | Cluster;

/** A host and a port. */
export interface RedisNode {
  host: string;
  port: number;
}

/** Credentials and the like; what has to do with reconnecting is the manager's own business. */
export type RedisAccess = Pick<
  RedisOptions,
  | 'username'
  | 'password'
  | 'db'
  | 'tls'
  | 'sentinelUsername'
  | 'sentinelPassword'
  | 'enableTLSForSentinelMode'
>;

/** Where Redis is: one server (`redis://` or `rediss://` URL), Sentinels with the master's name, or a Cluster. */
export type RedisTarget = (
  | { readonly url: string }
  | { readonly sentinels: readonly RedisNode[]; readonly name: string }
  | { readonly cluster: readonly RedisNode[] }
) & { readonly access?: RedisAccess };

/** True for a Redis Cluster, where a command may touch one slot only. */
export function isCluster(target: RedisTarget): boolean {
  return 'cluster' in target;
}

/**
 * A client that never reconnects, re-sends or queues by itself: one life, one connection, so that nothing can
 * hang between two states. `RedisConnection` builds the next one.
 */
export function createClient(target: RedisTarget, name: string, connectTimeoutMs: number): RedisClient {
  const common = {
    ...target.access,
    connectTimeout: connectTimeoutMs,
    connectionName: name,
    disableClientInfo: true,
    protocol: 2,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
    maxRetriesPerRequest: null,
    keepAlive: 5000,
  } as const;
  const alone = { ...common, retryStrategy: () => null, lazyConnect: true, enableOfflineQueue: false };
  if ('cluster' in target) {
    return new Cluster([...target.cluster], {
      lazyConnect: true,
      enableOfflineQueue: true,
      clusterRetryStrategy: () => null,
      slotsRefreshTimeout: connectTimeoutMs,
      redisOptions: common,
    });
  }
  if ('sentinels' in target) {
    const sentinels = [...target.sentinels];
    return new Redis({ ...alone, sentinels, name: target.name, sentinelRetryStrategy: () => null });
  }
  return new Redis(target.url, alone);
}

/** Ends a client at once, also one whose socket is dead without knowing it. */
export function destroyClient(client: RedisClient): void {
  const nodes = client instanceof Cluster ? client.nodes('all') : [client];
  client.disconnect();
  for (const node of nodes) {
    node.disconnect();
    node.stream?.destroy();
  }
}
