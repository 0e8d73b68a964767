import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Compilable } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/manual-clock.ts';
import { SqliteDatabase, type SqlValue } from '../../src/sqlite/database.ts';
import { SqlDeliveries } from '../../src/store/deliveries.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { delivery } from './delivery.ts';

describe('the deliveries of the store', () => {
  let folder: string;
  let store: Store;
  const file = () => path.join(folder, 'store.db');

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'checkmend-deliveries-'));
    store = await openSqliteStore({ path: file(), clock: new ManualClock() });
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('takes a delivery once, byte for byte', async () => {
    expect(
      await Promise.all([store.deliveries.receive(delivery), store.deliveries.receive(delivery)]),
    ).toEqual(['new', 'open']);
    expect(await store.deliveries.find('1', 'g-1')).toEqual(delivery);
    expect(await store.deliveries.receive({ ...delivery, appId: '2' })).toBe('new');
    await store.deliveries.markDone('1', 'g-1', { messages: 2, note: 'sent' });
    expect(await store.deliveries.receive(delivery)).toBe('done');
    expect(await store.deliveries.find('1', 'g-1')).toMatchObject({
      status: 'done',
      messages: 2,
      nextAttemptAt: null,
    });
    expect(await store.deliveries.counts()).toEqual({ open: 1, done: 1, dead: 0 });
  });

  it('keeps one body for each delivery, and none of those that are gone', async () => {
    for (const guid of ['a', 'b', 'a']) await store.deliveries.receive({ ...delivery, guid });
    await store.deliveries.markDone('1', 'a', { messages: 0 });
    await store.deliveries.purge(6, 10);
    const database = await SqliteDatabase.open(file());
    expect(database.read('SELECT body FROM delivery_bodies')).toEqual([{ body: delivery.body }]);
    await database.close();
    expect(await store.deliveries.find('1', 'b')).toEqual({ ...delivery, guid: 'b' });
  });

  it('reads the body of a delivery from before bodies had a table of their own', async () => {
    await store.deliveries.receive(delivery);
    const database = await SqliteDatabase.open(file());
    await database.batch([
      { sql: "UPDATE deliveries SET body = x'7b7d', body_id = NULL" },
      { sql: 'DELETE FROM delivery_bodies' },
    ]);
    await database.close();
    const before = { ...delivery, body: Buffer.from('{}') };
    expect(await store.deliveries.find('1', 'g-1')).toEqual(before);
    expect(await store.deliveries.takeUp(delivery, 100)).toEqual({
      ...before,
      attempts: 1,
      nextAttemptAt: 100,
    });
  });

  it('gives up on a delivery after so many attempts, visibly', async () => {
    await store.deliveries.receive(delivery);
    const failure = { note: 'the queue is down', nextAttemptAt: 100, maxAttempts: 2 };
    expect(await store.deliveries.markFailed('1', 'g-1', failure)).toBe('open');
    expect(await store.deliveries.due(delivery.appId, 99, 10)).toEqual([]);
    expect(await store.deliveries.due('another', 100, 10)).toEqual([]);
    expect(await store.deliveries.due(delivery.appId, 100, 10)).toMatchObject([{ guid: 'g-1', attempts: 1 }]);
    expect(await store.deliveries.markFailed('1', 'g-1', failure)).toBe('dead');
    expect(await store.deliveries.due(delivery.appId, 1000, 10)).toEqual([]);
    expect(await store.deliveries.list({ status: 'dead' })).toMatchObject([
      { guid: 'g-1', note: 'the queue is down' },
    ]);
    expect(await store.deliveries.counts()).toEqual({ open: 0, done: 0, dead: 1 });
  });

  it.each(['open', 'dead'] as const)('lists what is %s without looking at what is done', async (status) => {
    const database = await SqliteDatabase.open(file());
    const plans: string[] = [];
    const read = async <Row>(query: Compilable<Row>): Promise<Row[]> => {
      const { sql, parameters } = query.compile();
      const rows = database.read<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, parameters as SqlValue[]);
      plans.push(...rows.map(({ detail }) => detail));
      return [];
    };
    await new SqlDeliveries({ read, write: () => Promise.reject(new Error('a list writes')) }).list({
      status,
    });
    await database.close();
    expect(plans.join()).toContain(`USING INDEX deliveries_${status}`);
  });

  it('lists the newest first', async () => {
    for (const [guid, receivedAt] of Object.entries({ a: 20, b: 30, c: 10 })) {
      await store.deliveries.receive({ ...delivery, guid, receivedAt });
    }
    const newest = await store.deliveries.list({ status: 'open', limit: 2 });
    expect(newest.map(({ guid }) => guid)).toEqual(['b', 'a']);
  });

  it('purges only what is done and old, in bounded steps', async () => {
    for (const guid of ['a', 'b', 'c', 'd']) await store.deliveries.receive({ ...delivery, guid });
    for (const guid of ['a', 'b', 'c']) await store.deliveries.markDone('1', guid, { messages: 0 });
    expect(await store.deliveries.purge(6, 2)).toBe(2);
    expect(await store.deliveries.purge(6, 2)).toBe(1);
    expect(await store.deliveries.counts()).toEqual({ open: 1, done: 0, dead: 0 });
  });
});
