import { afterEach, beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../src/manual-clock.ts';
import { createMessage } from '../../src/messages/create-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { DeliveryRecord, Store } from '../../src/store/types.ts';
import { RetentionWorker } from '../../workers/retention.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const DAY_MS = 86_400_000;

let owned: AsyncDisposableStack;
let store: Store;
let clock: ManualClock;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  clock = new ManualClock();
  const folder = owned.use(temporaryFolder());
  store = owned.adopt(await openSqliteStore({ path: `${folder.path}/store.db`, clock }), (it) => it.close());
});
afterEach(() => owned.disposeAsync());

async function deliver(guid: string, ageDays: number, status: 'done' | 'open'): Promise<void> {
  const record: DeliveryRecord = {
    appId: '1',
    guid,
    event: 'ping',
    action: null,
    installationId: null,
    repositoryId: null,
    headers: {},
    body: Buffer.from('{}'),
    receivedAt: clock.now() - ageDays * DAY_MS,
    status: 'open',
    attempts: 0,
    nextAttemptAt: null,
    note: null,
    messages: 0,
  };
  await store.deliveries.receive(record);
  if (status === 'done') await store.deliveries.markDone('1', guid, { messages: 0 });
}

async function happen(message: string, ageDays: number): Promise<void> {
  await store.timeline.append({
    at: clock.now() - ageDays * DAY_MS,
    kind: 'event',
    repositoryId: '1',
    owner: 'acme',
    repo: 'shop',
    prNumber: 1,
    headSha: null,
    checkRunId: null,
    rule: null,
    message,
    data: {},
    correlationId: null,
    dedupeKey: null,
  });
}

it('removes what is old, in as many statements as it takes, and nothing that waits for a person', async () => {
  const patch = await store.contents.save('a patch');
  await clock.advance(8 * DAY_MS);
  const kept = await store.contents.save('another patch');
  for (let n = 0; n < 1100; n++) await deliver(`old-${n}`, 8, 'done');
  await deliver('young', 6, 'done');
  await deliver('open', 30, 'open');
  await happen('old', 91);
  await happen('young', 89);

  const queues = new MemoryQueueManager({ clock });
  const worker = new RetentionWorker({ store, queues, clock, random: () => 0 });
  worker.start();
  while ((await store.contents.read(patch)) !== null) await clock.advance(1000);
  await worker.stop();

  expect((await store.deliveries.list()).map(({ guid }) => guid).toSorted()).toEqual(['open', 'young']);
  expect((await store.timeline.list({})).map(({ message }) => message)).toEqual(['young']);
  expect(await store.contents.read(kept)).toBe('another patch');
  await queues.close();
});

it('removes dead letters after ninety days, from every queue of the service', async () => {
  const queues = owned.adopt(new MemoryQueueManager({ clock }), (it) => it.close());
  const letters = async () => {
    const pages = await Promise.all(Object.values(QUEUES).map((queue) => queues.deadLetters.list(queue)));
    return pages.flatMap((page) => page.letters.map(({ id }) => id));
  };
  const die = async (queue: string, id: string) => {
    await queues.sendMessage(queue, createMessage({ id, type: 'greet', payload: {} }));
    const leased = await queues.getMessage(queue);
    if (leased) await queues.bury(leased.lease, { type: 'gone', message: 'it is gone' });
  };
  for (let n = 0; n < 150; n++) await die(QUEUES.prMonitor, `old-${n}`);
  await die(QUEUES.fixApplicator, 'old');
  await clock.advance(90 * DAY_MS);
  await die(QUEUES.prMonitor, 'young');
  await clock.advance(DAY_MS);

  const worker = new RetentionWorker({ store, queues, clock, random: () => 0 });
  worker.start();
  while ((await letters()).length > 1) await clock.advance(1000);
  expect(await letters()).toEqual(['young']);
  await worker.stop();
});
