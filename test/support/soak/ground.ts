import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { MemoryQueueManager, MemoryQueues } from '../../../src/queue/memory.ts';
import type { QueueManager } from '../../../src/queue/types.ts';
import { startRedis } from '../redis/server.ts';
import { type Member, startInProcess, startProcess } from './crew.ts';
import { type Fact, LEASE_MS } from './facts.ts';
import { type Fault, redisFaults, sqliteFaults } from './faults.ts';
import { openManager, type SoakTarget } from './target.ts';

/** Kinds of queues. */
export const KINDS = ['memory', 'sqlite', 'redis'] as const;
export type Kind = (typeof KINDS)[number];

/** A backend for one soak. */
export interface Ground {
  readonly manager: QueueManager;
  readonly faults: readonly Fault[];
  /** Whether a worker that is stopped may hold up the others: it may have the lock of a file. */
  readonly shared: boolean;
  startWorker(seed: number, report: (fact: Fact) => void): Member;
  close(): Promise<void>;
}

/** Makes an empty queue of that kind. */
export function prepareGround(kind: Kind): Promise<Ground> {
  if (kind === 'memory') return memoryGround();
  return kind === 'sqlite' ? sqliteGround() : redisGround();
}

async function memoryGround(): Promise<Ground> {
  const queues = new MemoryQueues();
  const manager = new MemoryQueueManager({ queues, leaseMs: LEASE_MS });
  return {
    manager,
    faults: [],
    shared: false,
    startWorker: (seed, report) => startInProcess(queues, seed, report),
    close: () => manager.close(),
  };
}

async function sqliteGround(): Promise<Ground> {
  const directory = mkdtempSync(path.join(tmpdir(), 'checkmend-soak-'));
  const target: SoakTarget = { kind: 'sqlite', path: path.join(directory, 'queue.db') };
  const manager = await openManager(target);
  return {
    manager,
    faults: sqliteFaults(target.path),
    shared: true,
    startWorker: (seed, report) => startProcess(target, seed, report),
    async close() {
      await manager.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function redisGround(): Promise<Ground> {
  const server = await startRedis({ aof: 'always' });
  const target: SoakTarget = { kind: 'redis', url: server.url };
  const manager = await openManager(target);
  const admin = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  admin.on('error', () => undefined);
  return {
    manager,
    faults: redisFaults(server, admin),
    shared: false,
    startWorker: (seed, report) => startProcess(target, seed, report),
    async close() {
      admin.disconnect();
      await manager.close();
      await server.stop();
    },
  };
}
