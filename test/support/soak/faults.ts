import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { Redis } from 'ioredis';
import type { RedisServer } from '../redis/server.ts';

/** Something that goes wrong for everybody: begins, lasts, and is over when it resolves. */
export interface Fault {
  readonly name: string;
  run(random: () => number): Promise<void>;
}

/** What happens to a file: another process holds its write lock. */
export function sqliteFaults(path: string): Fault[] {
  return [
    {
      name: 'file locked',
      async run(random) {
        const other = new Database(path, { timeout: 5_000 });
        other.exec('BEGIN IMMEDIATE');
        await sleep(random() * 4_000);
        other.close();
      },
    },
  ];
}

/** What happens to a Redis. */
export function redisFaults(server: RedisServer, admin: Redis): Fault[] {
  const command = (name: string, ...args: string[]): Fault => ({
    name,
    async run() {
      await admin.call(...(args as [string, ...string[]]));
    },
  });
  return [
    {
      name: 'server killed',
      async run(random) {
        await server.kill();
        await sleep(random() * 3_000);
        await server.start();
      },
    },
    {
      name: 'server stopped',
      async run(random) {
        server.signal('SIGSTOP');
        await sleep(random() * 3_000);
        server.signal('SIGCONT');
      },
    },
    command('clients killed', 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    command('scripts flushed', 'SCRIPT', 'FLUSH'),
    {
      name: 'clients paused',
      async run(random) {
        const ms = Math.ceil(random() * 2_000);
        await admin.call('CLIENT', 'PAUSE', ms, 'ALL');
        await sleep(ms);
      },
    },
  ];
}
