import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireRedisServer } from '../../test/support/redis/binary.ts';
import { Bench, type Scale } from './bench.ts';
import { SIDES } from './sides/side.ts';

/** Machine, versions, and the configuration of both sides with the connections that each really has. */
export async function describeSetting(scale: Scale): Promise<string> {
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`,
    `node ${process.version}, ${redisVersion()}, bullmq ${versionOf('bullmq')}, ioredis ${versionOf('ioredis')}`,
    `${scale.rounds} rounds in turns, medians; times ${scale.jobs} messages; 604 bytes each, priorities 0..9 mixed`,
    'redis-server: one, maxmemory-policy noeviction, save "", appendonly no (everysec where it says so)',
  ];
  for (const name of SIDES) {
    await using bench = await Bench.start(scale, '');
    await using side = bench.side(name);
    await side.call('addBulk', { first: 0, count: 1 });
    const adding = await bench.connections();
    await side.call('listen', { concurrency: 10, jobMs: 0 });
    while ((await side.call('heard', {})) < 1) await sleep(20);
    // Heartbeats have a connection of their own, made beside the first lease.
    await sleep(1500);
    const working = await bench.connections();
    lines.push(
      `${name}: one process, ${adding} connection to add and ${working} to add and work; ${JSON.stringify(await side.call('configuration', {}))}`,
    );
  }
  return lines.join('\n');
}

function redisVersion(): string {
  const output = execFileSync(requireRedisServer(), ['--version'], { encoding: 'utf8' });
  return `redis-server ${/v=(\S+)/.exec(output)?.[1] ?? ''}`;
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
