import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/sqlite/database.ts';
import { message } from '../queue/conformance/support.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';
import { Ingress } from '../support/web/ingress.ts';

const LARGE = 'x'.repeat(200_000);

/** The database fails while deliveries come in: each is refused or kept, and what is refused can be sent again. */
describe('a database that cannot write for a time', () => {
  let ingress: Ingress;
  let database: SqliteDatabase;

  beforeEach(async () => {
    ingress = await Ingress.open();
    // The service's own connections: one process writes a file through one thread.
    database = await SqliteDatabase.open(ingress.file);
  });

  afterEach(async () => {
    await database.close();
    await ingress[Symbol.asyncDispose]();
  });

  const readiness = async () => (await fetch(new URL('/readyz', ingress.url))).status;
  const pragma = (text: string) => database.batch([{ sql: `PRAGMA ${text}` }]);

  async function refusedThenTaken(repair: () => Promise<unknown>, text?: string): Promise<void> {
    const guid = randomUUID();
    const deliver = () => ingress.deliver('pull_request', opened(text), guid);
    expect(await deliver()).toMatchObject({ code: 503, status: 'refused', retryAfter: '5' });
    expect(await ingress.store.deliveries.find(ingress.appId, guid)).toBeNull();
    await repair();
    expect(await readiness()).toBe(200);
    expect(await deliver()).toMatchObject({ code: 202, status: 'accepted' });
    expect(await deliver()).toMatchObject({ code: 202, status: 'duplicate' });
    expect(await ingress.queues.getQueueSize('pr_monitor')).toBe(1);
  }

  it('locked: 503 until it is free', async () => {
    await pragma('busy_timeout = 20');
    const other = new Database(ingress.file);
    other.exec('BEGIN IMMEDIATE');
    expect(await readiness()).toBe(503);
    await refusedThenTaken(async () => other.close());
  });

  it('full: 503 until there is room', async () => {
    await pragma('max_page_count = 1');
    await refusedThenTaken(() => pragma('max_page_count = 1000000'), LARGE);
  });

  it('full once the delivery is stored: it is kept, and done when its messages can be queued', async () => {
    const guid = randomUUID();
    const deliver = () => ingress.deliver('pull_request', opened(), guid);
    const status = () => ingress.store.deliveries.status(ingress.appId, guid);
    ingress.bus.once('pull_request.opened', async () => {
      await pragma('max_page_count = 1');
      await ingress.queues.sendMessage('pr_monitor', message('x', { payload: { text: LARGE } }));
    });
    expect(await deliver()).toMatchObject({ code: 503, retryAfter: '5' });
    expect(await status()).toBe('open');
    await pragma('max_page_count = 1000000');
    expect(await deliver()).toMatchObject({ code: 202, status: 'accepted' });
    expect(await status()).toBe('done');
    expect(await ingress.queues.getQueueSize('pr_monitor')).toBe(1);
  });
});

it('a database that became read-only: 503, and the next process on a file that it can write goes on', async () => {
  using folder = temporaryFolder();
  const guid = randomUUID();
  const before = await Ingress.open({ folder: folder.path });
  const database = await SqliteDatabase.open(before.file);
  await database.batch([{ sql: 'PRAGMA query_only = 1' }]);
  expect((await fetch(new URL('/readyz', before.url))).status).toBe(503);
  expect(await before.deliver('pull_request', opened(), guid)).toMatchObject({ code: 503, retryAfter: '5' });
  // Leases cannot be given back, which is said; they lapse.
  await expect(before[Symbol.asyncDispose]()).rejects.toMatchObject({ cause: { code: 'read_only' } });
  await database.close();

  await using after = await Ingress.open({ folder: folder.path });
  expect(await after.deliver('pull_request', opened(), guid)).toMatchObject({
    code: 202,
    status: 'accepted',
  });
  expect(await after.queues.getQueueSize('pr_monitor')).toBe(1);
});

function opened(text = ''): object {
  return {
    action: 'opened',
    pull_request: {
      id: 5,
      number: 1,
      updated_at: '2026-01-01T00:00:00Z',
      head: { sha: 'a'.repeat(40) },
      body: text,
    },
    repository: { id: 9, name: 'shop', owner: { login: 'acme' } },
    installation: { id: 1 },
  };
}
