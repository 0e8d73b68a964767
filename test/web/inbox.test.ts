import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueError } from '../../src/errors.ts';
import { EventBus } from '../../src/events/event-bus.ts';
import type { ServiceEvents } from '../../src/events/event-map.ts';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { MAX_ATTEMPTS } from '../../src/web/backoff.ts';
import { readEventBody } from '../../src/web/event-body.ts';
import { Inbox, type IncomingDelivery } from '../../src/web/inbox.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const APP_ID = '4711';

function ping(
  guid: string,
  event = 'ping',
  payload: object = { zen: 'Speak like a human.' },
): IncomingDelivery {
  const body = Buffer.from(JSON.stringify(payload));
  const content = readEventBody(event, body);
  if ('problem' in content) throw new Error(content.problem);
  return { guid, event, headers: {}, body, content, source: 'webhook' };
}

describe('the inbox', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  let clock: ManualClock;
  let bus: EventBus<ServiceEvents>;
  let inbox: Inbox;
  let seen: string[];

  const make = () => new Inbox({ appId: APP_ID, bus, store, clock, logger: silentLogger() });

  beforeEach(async () => {
    folder = temporaryFolder();
    clock = new ManualClock();
    store = await openSqliteStore({ path: path.join(folder.path, 'store.db'), clock });
    bus = new EventBus();
    seen = [];
    inbox = make();
  });

  afterEach(async () => {
    await store.close();
    folder[Symbol.dispose]();
  });

  function succeed(): void {
    bus.subscribe('ping', ({ deliveryId, source }) => {
      seen.push(`${deliveryId} ${source}`);
    });
  }

  const stand = async (guid: string) => {
    await inbox.settled();
    const record = await store.deliveries.find(APP_ID, guid);
    return record && { status: record.status, attempts: record.attempts };
  };

  it('takes up what was stored by a process that then ended, and only when it is due', async () => {
    bus.subscribe('ping', () => new Promise(() => undefined));
    void inbox.take(ping('a'));
    while ((await stand('a')) === null) await new Promise((resolve) => setImmediate(resolve));
    // Another process, with subscribers of its own.
    bus = new EventBus();
    succeed();
    inbox = make();
    await clock.advance(9_999);
    expect(await inbox.retryDue()).toBe(0);
    await clock.advance(1);
    expect(await inbox.retryDue()).toBe(1);
    expect(seen).toEqual(['a recovery']);
    expect(await stand('a')).toEqual({ status: 'done', attempts: 1 });
    expect(await inbox.take(ping('a'))).toEqual({ status: 'duplicate' });
  });

  it('tries ten times with growing pauses, then lets it be dead, and a redelivery brings it back', async () => {
    const unsubscribe = bus.subscribe('ping', () => {
      throw new Error('no');
    });
    expect(await inbox.take(ping('a'))).toMatchObject({ status: 'failed' });
    const pauses: number[] = [];
    for (let last = clock.now(); (await stand('a'))?.status === 'open'; ) {
      await clock.advance(10_000);
      const before = (await stand('a'))?.attempts;
      await inbox.retryDue();
      if ((await stand('a'))?.attempts === before) continue;
      pauses.push((clock.now() - last) / 1000);
      last = clock.now();
    }
    expect(pauses).toEqual([20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
    expect(await stand('a')).toEqual({ status: 'dead', attempts: MAX_ATTEMPTS });
    await clock.advance(86_400_000);
    expect(await inbox.retryDue()).toBe(0);
    unsubscribe();
    succeed();
    expect(await inbox.take(ping('a'))).toMatchObject({ status: 'accepted' });
    expect(await stand('a')).toMatchObject({ status: 'done' });
  });

  it('gives up one that ends every process that takes it up', async () => {
    for (let process = 0; process <= MAX_ATTEMPTS; process++) {
      const begun = Promise.withResolvers<void>();
      bus.once('ping', () => {
        begun.resolve();
        return new Promise(() => undefined);
      });
      void (process === 0 ? inbox.take(ping('a')) : make().retryDue());
      await begun.promise;
      // It is stored while it is published.
      while ((await stand('a')) === null) await new Promise((resolve) => setImmediate(resolve));
      expect(await stand('a')).toEqual({ status: 'open', attempts: process });
      await clock.advance(3_600_000);
    }
    succeed();
    expect(await inbox.retryDue()).toBe(0);
    expect(await stand('a')).toMatchObject({ status: 'dead' });
    expect(seen).toEqual([]);
  });

  it('lets one of several processes take up a delivery', async () => {
    const unsubscribe = bus.subscribe('ping', () => {
      throw new Error('no');
    });
    for (const guid of ['a', 'b', 'c']) await inbox.take(ping(guid));
    unsubscribe();
    succeed();
    await clock.advance(60_000);
    const done = await Promise.all([inbox.retryDue(), make().retryDue(), make().retryDue()]);
    expect(done.reduce((sum, count) => sum + count)).toBe(3);
    expect(seen.toSorted()).toEqual(['a recovery', 'b recovery', 'c recovery']);
  });

  it('tells a queue that is out of reach from a subscriber that failed', async () => {
    bus.subscribe('ping', () => {
      throw new QueueError('unavailable', 'no connection');
    });
    expect(await inbox.take(ping('a'))).toMatchObject({ status: 'unavailable' });
    bus.subscribe('ping', () => {
      throw new TypeError('a mistake');
    });
    expect(await inbox.take(ping('b'))).toMatchObject({ status: 'failed', error: { errors: [{}, {}] } });
    expect(await store.deliveries.list({ status: 'open' })).toHaveLength(2);
  });

  it('publishes nothing under a name that is not one of GitHub: it is not signed', async () => {
    bus.subscribe('*', (_, name) => seen.push(name));
    const body = { action: 'closed', installation: { id: 1 } };
    for (const event of ['pr', 'fix', 'check']) {
      expect(await inbox.take(ping(event, event, body))).toMatchObject({
        status: 'accepted',
        reason: 'unknown_event',
      });
    }
    await inbox.take(ping('issues', 'issues', body));
    expect(seen).toEqual(['issues.closed']);
  });

  it('takes what was read from the API on the same path, and refuses what does not fit', async () => {
    succeed();
    const content = { headers: { 'x-hub-signature-256': 's', 'user-agent': 'u' }, payload: { zen: 'z' } };
    expect(await inbox.takeContent({ guid: 'a', event: 'ping', content })).toMatchObject({
      status: 'accepted',
    });
    expect(await inbox.take(ping('a'))).toEqual({ status: 'duplicate' });
    expect((await store.deliveries.find(APP_ID, 'a'))?.headers).toEqual({
      'user-agent': 'u',
      'x-github-delivery': 'a',
      'x-github-event': 'ping',
    });
    expect(await inbox.takeContent({ guid: 'b', event: 'check_run', content })).toMatchObject({
      status: 'refused',
    });
    expect(await stand('b')).toBeNull();
  });

  it('tells its observer what became of each, under names that stay few', async () => {
    const observed: string[] = [];
    const observer = { delivery: (...facts: string[]) => void observed.push(facts.join(' ')) };
    const observing = new Inbox({ appId: APP_ID, bus, store, clock, logger: silentLogger(), observer });
    await observing.take(ping('a'));
    await observing.take(ping('a'));
    await observing.take(ping('b', 'made_up_7', {}));
    expect(observed).toEqual(['ping webhook accepted', 'ping webhook duplicate', 'unknown webhook accepted']);
  });

  describe('accepts before it is written down that all is done', () => {
    /** An inbox of a process that comes to `markDone` when it is told to. */
    function slow(told: Promise<unknown>): Inbox {
      const deliveries = new Proxy(store.deliveries, {
        get: (target, name: keyof Store['deliveries']) =>
          name === 'markDone'
            ? async (...args: Parameters<Store['deliveries']['markDone']>) => {
                await told;
                await target.markDone(...args);
              }
            : (target[name] as (...args: unknown[]) => unknown).bind(target),
      });
      return new Inbox({ appId: APP_ID, bus, store: { deliveries }, clock, logger: silentLogger() });
    }

    it('and has a copy wait for that', async () => {
      succeed();
      const told = Promise.withResolvers<void>();
      const process = slow(told.promise);
      expect(await process.take(ping('a'))).toMatchObject({ status: 'accepted' });
      const copy = process.take(ping('a'));
      told.resolve();
      expect(await copy).toEqual({ status: 'duplicate' });
      expect(seen).toEqual(['a webhook']);
    });

    it('and takes it up again where the process ended in between', async () => {
      succeed();
      await slow(new Promise(() => undefined)).take(ping('a'));
      expect(await stand('a')).toMatchObject({ status: 'open' });
      await clock.advance(3_600_000);
      expect(await inbox.retryDue()).toBe(1);
      expect(await stand('a')).toMatchObject({ status: 'done' });
    });
  });
});
