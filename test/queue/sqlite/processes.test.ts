import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteQueueManager, type SqliteQueueOptions } from '../../../src/queue/sqlite.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../../sqlite/temporary.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { message, Q, take } from '../conformance/support.ts';
import { Remote } from '../remote.ts';

const LEASE_MS = 1_000;

let directory: TemporaryDirectory;
let path: string;
const remotes: Remote[] = [];
const managers: SqliteQueueManager[] = [];

async function remote(options: SqliteQueueOptions = {}): Promise<Remote> {
  const started = new Remote({ kind: 'sqlite', path, options: { leaseMs: LEASE_MS, ...options } });
  remotes.push(started);
  await started.ready();
  return started;
}

async function local(options: SqliteQueueOptions = {}): Promise<SqliteQueueManager> {
  const manager = await SqliteQueueManager.open(path, { leaseMs: LEASE_MS, ...options });
  managers.push(manager);
  return manager;
}

beforeEach(() => {
  directory = temporaryDirectory();
  path = directory.file('queue.db');
});

afterEach(async () => {
  await Promise.all(managers.splice(0).map((manager) => manager.close()));
  await Promise.all(remotes.splice(0).map((it) => it.kill()));
  directory.remove();
});

describe('a worker process that is killed', () => {
  it('gives its messages back within a lease and a second', async () => {
    const [manager, holder] = await Promise.all([local(), remote()]);
    await manager.sendMessage(Q, message('a'));
    const taken = await holder.call('getMessage', Q);
    await holder.kill();
    const sinceKill = startStopwatch();
    const { messages } = await manager.exchange(Q, { want: 1, waitMs: 20_000 });
    expect(sinceKill.elapsedMs()).toBeLessThan(LEASE_MS + 1_000);
    expect(messages[0]?.message).toMatchObject({ id: 'a', retryCount: 1 });
    expect(await manager.ackMessage(taken?.lease ?? messages[0]?.lease ?? fail())).toBe('lost');
  });

  it.each([40, 170, 400])('loses no send that was acknowledged, killed after %d of them', async (count) => {
    const sender = await remote();
    sender.request({ kind: 'flood', queue: Q, prefix: 'm' }).catch(() => {});
    await sender.until(() => sender.durable.length >= count);
    await sender.kill();
    const manager = await local();
    const { messages } = await drainAll(manager);
    const found = new Set(messages);
    expect(found.size).toBe(messages.length);
    expect(sender.durable.filter((id) => !found.has(id))).toEqual([]);
    await manager.close();
    const db = new Database(path);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  });
});

async function drainAll(manager: SqliteQueueManager): Promise<{ messages: string[] }> {
  const ids: string[] = [];
  for (;;) {
    const { messages } = await manager.exchange(Q, { want: 256 });
    if (messages.length === 0) return { messages: ids };
    ids.push(...messages.map((it) => it.message.id));
    const outcomes = messages.map(({ lease }) => ({ lease, outcome: { kind: 'done' as const } }));
    await manager.exchange(Q, { outcomes });
  }
}

function fail(): never {
  throw new Error('nothing was taken');
}

describe('a worker process that is stopped', () => {
  it('is told that it lost its lease, and its late answer is refused', async () => {
    const [manager, zombie] = await Promise.all([local(), remote()]);
    await manager.sendMessage(Q, message('a'));
    const taken = (await zombie.call('getMessage', Q)) ?? fail();
    zombie.signal('SIGSTOP');
    const { messages } = await manager.exchange(Q, { want: 1, waitMs: 20_000 });
    const [again] = messages;
    expect(again?.lease.token).toBeGreaterThan(taken.lease.token);
    zombie.signal('SIGCONT');
    expect(await zombie.call('ackMessage', taken.lease)).toBe('lost');
    await zombie.until(() => zombie.lost.length > 0);
    expect(zombie.lost).toMatchObject([{ lease: { id: 'a', token: taken.lease.token }, reason: 'expired' }]);
    expect(await manager.ackMessage(again?.lease ?? fail())).toBe('ok');
  });

  it('keeps its lease while only its event loop is stuck', async () => {
    const [manager, holder] = await Promise.all([local(), remote()]);
    await manager.sendMessage(Q, message('a'));
    const taken = (await holder.call('getMessage', Q)) ?? fail();
    await holder.request({ kind: 'block', ms: 2.5 * LEASE_MS });
    expect(await manager.getMessage(Q)).toBeNull();
    expect(await holder.call('ackMessage', taken.lease)).toBe('ok');
    expect(holder.lost).toEqual([]);
  });
});

describe('processes that share a file', () => {
  it('wake each other', async () => {
    const [manager, other] = await Promise.all([local(), remote()]);
    const waiting = other.call('exchange', Q, { want: 1, waitMs: 20_000 });
    await other.call('getQueueSize', Q);
    const sentAt = performance.now();
    await manager.sendMessage(Q, message('a'));
    expect((await waiting).messages).toHaveLength(1);
    expect(performance.now() - sentAt).toBeLessThan(5_000);
  });

  it('work through a queue together, each message once, each group one at a time', async () => {
    // No lease may lapse here, however busy the machine.
    const options = { leaseMs: 30_000 };
    const [manager, ...others] = await Promise.all([local(options), remote(options), remote(options)]);
    const ids = Array.from({ length: 300 }, (_, index) => `m${index}`);
    await manager.sendMessages(
      Q,
      ids.map((id, index) => ({ message: message(id, { groupKey: `g${index % 7}` }) })),
    );
    const running = new Set<string>();
    const done: string[] = [];
    const work = async (exchange: SqliteQueueManager['exchange']) => {
      for (;;) {
        const { messages } = await exchange(Q, { want: 2 });
        if (messages.length === 0 && done.length + running.size >= ids.length) return;
        for (const { message: it } of messages) {
          expect(running.has(it.groupKey ?? '')).toBe(false);
          running.add(it.groupKey ?? '');
        }
        for (const { message: it, lease } of messages) {
          running.delete(it.groupKey ?? '');
          done.push(it.id);
          const outcomes = [{ lease, outcome: { kind: 'done' as const } }];
          expect((await exchange(Q, { outcomes })).results).toEqual(['ok']);
        }
      }
    };
    await Promise.all([
      work((queue, request) => manager.exchange(queue, request)),
      ...others.map((it) => work((queue, request) => it.call('exchange', queue, request))),
    ]);
    expect(done.toSorted()).toEqual(ids.toSorted());
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
  });

  it('open a new file at once', async () => {
    const started = await Promise.all([remote(), remote(), remote(), local()]);
    await (await local()).sendMessage(Q, message('a'));
    expect(started).toHaveLength(4);
    expect((await take(managers[0] ?? fail())).message.id).toBe('a');
  });
});
