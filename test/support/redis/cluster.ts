import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './server.ts';

const SLOTS = 16_384;

/** A Redis Cluster of three masters on loopback. */
export interface RedisClusterServers {
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Starts three private servers, gives each a third of the slots and lets them meet. */
export async function startCluster(): Promise<RedisClusterServers> {
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let i = 0; i < 3; i++) {
      nodes.push(await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'] }));
    }
    await joinNodes(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

async function joinNodes(nodes: readonly RedisServer[]): Promise<void> {
  const clients = nodes.map((node) => new Redis(node.port, '127.0.0.1'));
  try {
    const size = Math.ceil(SLOTS / nodes.length);
    for (const [i, client] of clients.entries()) {
      const last = Math.min(SLOTS, (i + 1) * size) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(i * size), String(last));
      await client.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]?.port));
    }
    for (const client of clients) await untilOk(client, nodes.length);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function untilOk(client: Redis, size: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const info = String(await client.call('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the cluster does not come up');
}
