import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/manual-clock.ts';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import type { Lease } from '../../../src/queue/types.ts';
import { SqliteDatabase } from '../../../src/sqlite/database.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../../sqlite/temporary.ts';
import { HEEDING_PERMISSIONS } from '../../support/permissions.ts';
import { drain, message, Q, sendAll, take } from '../conformance/support.ts';
import { Remote } from '../remote.ts';

let directory: TemporaryDirectory;
let path: string;
let clock: ManualClock;
let database: SqliteDatabase;
let manager: SqliteQueueManager;

beforeEach(async () => {
  directory = temporaryDirectory();
  path = directory.file('queue.db');
  clock = new ManualClock();
  database = await SqliteDatabase.open(path, { busyTimeoutMs: 20 });
  manager = await SqliteQueueManager.open(path, { clock, leaseMs: 3_000 });
});

afterEach(async () => {
  await manager.close();
  await database.close();
  directory.remove();
});

/** Holds the write lock of the file until it is called. */
function lock(): () => void {
  const other = new Database(path);
  other.exec('BEGIN IMMEDIATE');
  return () => void other.close();
}

const large = (id: string) => message(id, { payload: { text: 'x'.repeat(200_000) } });

describe('a database that another process has locked', () => {
  it('makes the queue unavailable until it is free', async () => {
    await sendAll(manager, ['a']);
    const unlock = lock();
    await expect(manager.sendMessage(Q, message('b'))).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'locked' },
    });
    await expect(manager.getMessage(Q)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await manager.sendMessages(Q, [{ message: message('b') }])).toMatchObject([
      { status: 'refused', error: { code: 'unavailable' } },
    ]);
    expect(await manager.getQueueSize(Q)).toBe(1);
    unlock();
    await sendAll(manager, ['c']);
    expect(await drain(manager)).toEqual(['a', 'c']);
  });

  it('ends a lease for its holder when no heartbeat came through', async () => {
    const lost: Lease[] = [];
    manager.onLeaseLost((lease) => lost.push(lease));
    await sendAll(manager, ['a']);
    const { lease } = await take(manager);
    const unlock = lock();
    await clock.advance(2_000);
    await expect(database.batch([])).rejects.toThrow();
    expect(lost).toEqual([]);
    await clock.advance(1_000);
    await expect(database.batch([])).rejects.toThrow();
    expect(lost).toEqual([lease]);
    unlock();
    expect(await manager.ackMessage(lease)).toBe('lost');
    expect((await take(manager)).message.retryCount).toBe(1);
  });
});

describe('an exchange that waits', () => {
  it('tells what it settled although the wait ends in an error', async () => {
    await sendAll(manager, ['a']);
    const { lease } = await take(manager);
    const outcomes = [{ lease, outcome: { kind: 'done' as const } }];
    const waiting = manager.exchange(Q, { outcomes, want: 1, waitMs: 10_000 });
    await database.batch([]);
    const unlock = lock();
    await clock.advance(10_000);
    expect(await waiting).toEqual({ results: ['ok'], messages: [] });
    await expect(manager.exchange(Q, { want: 1, waitMs: 10_000 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    unlock();
  });

  it('is refused once the manager is closed', async () => {
    await manager.close();
    await expect(manager.exchange(Q, { want: 1, waitMs: 10 })).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a disk that is full', () => {
  it('refuses what needs room, takes what does not, and recovers', async () => {
    await sendAll(manager, ['a']);
    await database.batch([{ sql: 'PRAGMA max_page_count = 40' }]);
    await expect(manager.sendMessage(Q, large('b'))).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'disk_full' },
    });
    expect(await drain(manager)).toEqual(['a']);
    await database.batch([{ sql: 'PRAGMA max_page_count = 100000' }]);
    await manager.sendMessage(Q, large('b'));
    expect(await drain(manager)).toEqual(['b']);
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0 });
  });
});

describe('a file that cannot be written', () => {
  it('is refused when the queue is opened', async () => {
    chmodSync(directory.path, 0o555);
    for (const suffix of ['', '-wal', '-shm']) chmodSync(`${path}${suffix}`, 0o444);
    const remote = new Remote({ kind: 'sqlite', path, options: {} }, HEEDING_PERMISSIONS);
    await expect(remote.ready()).rejects.toMatchObject({ code: 'unavailable', cause: 'read_only' });
    await remote.kill();
    chmodSync(directory.path, 0o755);
  });
});

describe('a file of another version', () => {
  it('is refused if it is newer', async () => {
    await manager.close();
    await database.batch([{ sql: "UPDATE queue_meta SET value = 2 WHERE key = 'format_version'" }]);
    await database.close();
    await expect(SqliteQueueManager.open(path)).rejects.toMatchObject({
      code: 'format_version',
      message: expect.stringContaining('2'),
    });
    database = await SqliteDatabase.open(path);
    await database.batch([{ sql: "UPDATE queue_meta SET value = 1 WHERE key = 'format_version'" }]);
    manager = await SqliteQueueManager.open(path, { clock });
    await sendAll(manager, ['a']);
    expect(await drain(manager)).toEqual(['a']);
  });
});

describe('a message that cannot be read', () => {
  it('goes to the dead letters and holds nobody up', async () => {
    await sendAll(manager, ['a', 'b']);
    await database.batch([{ sql: "UPDATE queue_messages SET body = '{}' WHERE id = 'a'" }]);
    expect((await manager.exchange(Q, { want: 2 })).messages.map((it) => it.message.id)).toEqual(['b']);
    expect(await manager.deadLetters.get(Q, 'a')).toMatchObject({
      error: { type: 'invalid' },
      message: { type: 'unreadable', payload: { body: '{}' } },
    });
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 1, dead: 1 });
  });
});

describe('a queue file', () => {
  it('keeps everything when it is closed and opened again', async () => {
    await sendAll(manager, ['a', 'b', 'c'], { groupKey: 'g' });
    await manager.sendMessage(Q, message('d'), { delayMs: 60_000 });
    await manager.bury((await take(manager)).lease, { type: 'failed', message: 'x' });
    await manager.pause('other');
    await manager.close();
    await database.close();
    manager = await SqliteQueueManager.open(path, { clock });
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 2, delayed: 1, inFlight: 0, dead: 1 });
    expect((await manager.getQueueStats('other')).paused).toBe(true);
    expect(await drain(manager)).toEqual(['b', 'c']);
  });

  it('can be shared with other tables of the same process', async () => {
    await database.batch([{ sql: 'CREATE TABLE notes (text TEXT)' }]);
    await Promise.all([
      database.batch([{ sql: "INSERT INTO notes VALUES ('x')" }]),
      manager.sendMessage(Q, message('a')),
    ]);
    await manager.close();
    expect(database.read('SELECT text FROM notes')).toEqual([{ text: 'x' }]);
    expect(database.read('SELECT count(*) AS n FROM queue_messages')).toEqual([{ n: 1 }]);
  });
});

describe('a clock', () => {
  /** Steps without any timer falling due. */
  class SteppingClock extends ManualClock {
    stepMs = 0;
    override now(): number {
      return super.now() + this.stepMs;
    }
  }

  it.each([
    ['a little', 30_000],
    ['a lot', 600_000],
  ])('that is set back by %s loses nothing, and gives nothing out twice', async (_name, stepMs) => {
    const stepping = new SteppingClock();
    const open = () => SqliteQueueManager.open(path, { clock: stepping, leaseMs: 10_000 });
    const [holder, dying, other] = await Promise.all([open(), open(), open()]);
    const pass = async (ms: number) => {
      for (let left = ms; left > 0; left -= 3_000) {
        await stepping.advance(3_000);
        await database.batch([]);
      }
    };
    await sendAll(other, ['a', 'b', 'c']);
    const a = await take(holder);
    const b = await take(dying);
    stepping.stepMs = -stepMs;
    const c = await take(other);
    expect(c.message.id).toBe('c');
    for (const { lease } of [a, b]) expect(c.lease.token).toBeGreaterThan(lease.token);
    expect(await holder.ackMessage(a.lease)).toBe('ok');
    await dying.abandon();
    // A small step is waited out.
    if (stepMs <= 60_000) await pass(stepMs);
    await pass(12_000);
    const again = await take(other);
    expect(again.message).toMatchObject({ id: 'b', retryCount: 1 });
    expect(again.lease.token).toBeGreaterThan(b.lease.token);
    for (const { lease } of [c, again]) expect(await other.ackMessage(lease)).toBe('ok');
    expect(await other.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
    await Promise.all([holder.close(), other.close()]);
  });
});
