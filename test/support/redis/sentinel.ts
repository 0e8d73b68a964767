import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { requireRedisServer } from './binary.ts';
import { freePort, type RedisServer } from './server.ts';
import { eventually } from './shared.ts';

/** A Redis Sentinel on loopback that watches one master under the name `checkmend`. */
export interface RedisSentinel {
  readonly port: number;
  /** Port of the master that it names now. */
  masterPort(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a Sentinel that fails over one second after the master is gone; resolves when it knows the replica. */
export async function startSentinel(master: RedisServer): Promise<RedisSentinel> {
  const port = await freePort();
  const directory = mkdtempSync(path.join(tmpdir(), 'checkmend-sentinel-'));
  const file = path.join(directory, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor checkmend 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds checkmend 1000',
    'sentinel failover-timeout checkmend 3000',
  ];
  writeFileSync(file, lines.join('\n'));
  const child = spawn(requireRedisServer(), [file, '--sentinel'], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await eventually(async () => {
    const replicas = (await client.call('SENTINEL', 'REPLICAS', 'checkmend')) as unknown[];
    return replicas.length > 0;
  }, 20_000);
  return {
    port,
    async masterPort() {
      const address = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'checkmend');
      return Number((address as string[])[1]);
    },
    async stop() {
      client.disconnect();
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
