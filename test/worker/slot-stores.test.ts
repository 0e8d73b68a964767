import BetterSqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { DatabaseError } from '../../src/sqlite/database.ts';
import { MemorySlotStore, RedisSlotStore, type SlotStore, SqliteSlotStore } from '../../src/worker/index.ts';
import { startRedis } from '../support/redis/server.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

/** Two stores over the same slots, as two processes have them. */
type Fleet = { stores: [SlotStore, SlotStore]; stack: AsyncDisposableStack };

async function memory(): Promise<Fleet> {
  const store = new MemorySlotStore();
  return { stores: [store, store], stack: new AsyncDisposableStack() };
}

async function sqlite(): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(temporaryFolder());
  const open = async () => stack.adopt(await SqliteSlotStore.open(`${path}/slots.db`), (it) => it.close());
  return { stores: [await open(), await open()], stack };
}

async function redis(): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const { url } = stack.adopt(await startRedis(), (server) => server.stop());
  const open = () => stack.adopt(new RedisSlotStore({ url }), (it) => it.close());
  return { stores: [open(), open()], stack };
}

describe.each([
  ['memory', memory],
  ['SQLite', sqlite],
  ['Redis', redis],
])('slots in %s', (_, open) => {
  it('are claimed by one, each later than the last, and apart for each schedule', async () => {
    const { stores, stack } = await open();
    await using _owned = stack;
    const [one, two] = stores;
    const claims = await Promise.all([one, two, one, two].map((store) => store.claim('a', 300_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await two.claim('a', 300_000)).toBe(false);
    expect(await two.claim('a', 299_999)).toBe(false);
    expect(await two.claim('a', 1_700_000_300_000)).toBe(true);
    expect(await one.claim('a', 600_000)).toBe(false);
    expect(await one.claim('b', 600_000)).toBe(true);
  });
});

describe('a durable store', () => {
  it('remembers its slots when it is opened again, and refuses to be used when it is closed', async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/slots.db`;
    const store = await SqliteSlotStore.open(path);
    expect(await store.claim('a', 5)).toBe(true);
    await store.close();
    await store.close();
    await expect(store.claim('a', 6)).rejects.toThrow(DatabaseError);
    const again = await SqliteSlotStore.open(path);
    expect(await again.claim('a', 5)).toBe(false);
    await again.close();
  });

  it('says that a file is none', async () => {
    using folder = temporaryFolder();
    await expect(SqliteSlotStore.open(folder.path)).rejects.toThrow(DatabaseError);
    // Opened before that is seen, and closed again: nothing is left open behind a test file.
    const database = new BetterSqlite(`${folder.path}/other.db`);
    database.exec('create table other (name); create index worker_slots on other (name)');
    database.close();
    await expect(SqliteSlotStore.open(`${folder.path}/other.db`)).rejects.toThrow(DatabaseError);
  });

  it('on Redis keeps prefixes apart, and refuses to be used when it is closed', async () => {
    const server = await startRedis();
    const [store, other] = ['one', 'two'].map(
      (prefix) => new RedisSlotStore({ url: server.url }, { prefix }),
    );
    expect([await store?.claim('a', 5), await other?.claim('a', 5)]).toEqual([true, true]);
    await Promise.all([store?.close(), other?.close()]);
    await expect(store?.claim('a', 6)).rejects.toThrow(QueueError);
    await server.stop();
  });

  it('on Redis has its claim though the answer was lost, and the claim was sent again', async () => {
    const server = await startRedis();
    const options = { commandTimeoutMs: 100, operationTimeoutMs: 20_000 };
    const store = new RedisSlotStore({ url: server.url }, options);
    expect(await store.claim('a', 5)).toBe(true);
    server.signal('SIGSTOP');
    const claimed = store.claim('a', 6);
    // Past the first answer's time: the server finds what was sent when it goes on.
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.signal('SIGCONT');
    expect(await claimed).toBe(true);
    expect(await store.claim('a', 6)).toBe(false);
    await store.close();
    await server.stop();
  });
});
