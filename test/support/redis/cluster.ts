import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './server.ts';
import { eventually } from './shared.ts';

const SLOTS = 16_384;
const MASTERS = 3;

/** A Redis Cluster of three masters on loopback, the first one with a replica. */
export interface RedisClusterServers {
  /** The masters, each with a third of the slots in their order. */
  readonly nodes: readonly RedisServer[];
  /** Takes over when the first master is gone. */
  readonly replica: RedisServer;
  stop(): Promise<void>;
}

/** Starts private servers, gives each master a third of the slots and lets them meet. */
export async function startCluster(): Promise<RedisClusterServers> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  // The other slots go on while one master is gone.
  args.push('--cluster-require-full-coverage', 'no');
  const servers: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const replica = await startRedis({ args });
    servers.push(replica);
    for (let i = 0; i < MASTERS; i++) servers.push(await startRedis({ args }));
    const nodes = servers.slice(1);
    await joinNodes([...nodes, replica]);
    return { nodes, replica, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @param nodes the masters, then a replica of the first */
async function joinNodes(nodes: readonly RedisServer[]): Promise<void> {
  const clients = nodes.map((node) => new Redis(node.port, '127.0.0.1'));
  try {
    const size = Math.ceil(SLOTS / MASTERS);
    for (const [i, client] of clients.entries()) {
      if (i === MASTERS) continue;
      const last = Math.min(SLOTS, (i + 1) * size) - 1;
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(i * size), String(last));
    }
    for (const client of clients) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[0]?.port));
    for (const client of clients) await untilOk(client, nodes.length);
    await clients[MASTERS]?.call('CLUSTER', 'REPLICATE', String(await clients[0]?.call('CLUSTER', 'MYID')));
    await untilLinked(clients[MASTERS]);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function untilLinked(replica: Redis | undefined): Promise<void> {
  await eventually(async () => String(await replica?.info('replication')).includes('master_link_status:up'));
}

async function untilOk(client: Redis, size: number): Promise<void> {
  await eventually(async () => {
    const info = String(await client.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`);
  });
}
