import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { Logger } from '../../../src/logger.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { TcpProxy } from '../../support/redis/proxy.ts';
import { startRedis } from '../../support/redis/server.ts';
import { eventually } from '../../support/redis/shared.ts';
import { drain, message, Q, take } from '../conformance/support.ts';

describe('a server that has reached its maxmemory', () => {
  it('refuses messages with queue_full, and goes on settling and giving out', async ({ onTestFinished }) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    const manager = new RedisQueueManager({ url: server.url });
    onTestFinished(() => manager.close());
    for (const id of ['a', 'b', 'c', 'd']) await manager.sendMessage(Q, message(id, { groupKey: `g${id}` }));
    const { lease } = await take(manager);
    await admin.config('SET', 'maxmemory', '1mb');
    const full = { code: 'queue_full' };
    await expect(manager.sendMessage(Q, message('e'))).rejects.toMatchObject(full);
    expect(await manager.sendMessages(Q, [{ message: message('e') }])).toMatchObject([
      { status: 'refused', error: full },
    ]);
    expect(await manager.ackMessage(lease)).toBe('ok');
    expect(await manager.nackMessage((await take(manager)).lease)).toBe('ok');
    expect(await manager.extendLease((await take(manager)).lease, 60_000)).not.toBeNull();
    expect(await manager.bury((await take(manager)).lease, { type: 'x', message: 'x' })).toBe('ok');
    expect(await manager.deadLetters.discard(Q)).toBe(1);
    await manager.pause(Q);
    await manager.resume(Q);
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, inFlight: 1, dead: 0 });
    await admin.config('SET', 'maxmemory', '0');
    expect(await manager.sendMessage(Q, message('e'))).toBe('queued');
    expect(await drain(manager)).toEqual(['d', 'e']);
  });
});

describe('a server that is not fit', () => {
  it('because it is older than 7.0, is refused at once', async ({ onTestFinished }) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const proxy = await new TcpProxy(server.port).listen();
    onTestFinished(() => proxy.close());
    // A real server that says it is older.
    proxy.setFilter((chunk, direction) =>
      direction === 'request'
        ? chunk
        : Buffer.from(chunk.toString('latin1').replace(/redis_version:\d/, 'redis_version:6'), 'latin1'),
    );
    const manager = new RedisQueueManager({ url: `redis://127.0.0.1:${proxy.port}` });
    onTestFinished(() => manager.close());
    const refused = { code: 'config', message: expect.stringContaining('7.0') };
    await expect(manager.sendMessage(Q, message('a'))).rejects.toMatchObject(refused);
    await expect(manager.exchange(Q, { want: 1, waitMs: 1_000 })).rejects.toMatchObject(refused);
  });

  it('because it may evict messages, is warned about once', async ({ onTestFinished }) => {
    const server = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
    onTestFinished(() => server.stop());
    const admin = new Redis(server.url);
    onTestFinished(() => admin.disconnect());
    const warnings: unknown[] = [];
    const logger = { warn: (text: unknown) => warnings.push(text), debug: () => {} } as unknown as Logger;
    const manager = new RedisQueueManager({ url: server.url }, { logger });
    onTestFinished(() => manager.close());
    await manager.sendMessage(Q, message('a'));
    await manager.exchange(Q, { want: 1 });
    // Who waits does so on a connection of its own.
    const waiting = manager.exchange(Q, { want: 1, waitMs: 10_000 });
    await eventually(async () => String(await admin.client('LIST')).includes('cmd=bzpopmin'));
    await manager.sendMessage(Q, message('b'));
    expect((await waiting).messages).toHaveLength(1);
    expect(warnings).toEqual([expect.stringContaining('maxmemory-policy is allkeys-lru')]);
  });
});

describe('a manager of many queues', () => {
  it('uses 1024 of them, says so of the next, and still looks at any', async ({ onTestFinished }) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const manager = new RedisQueueManager({ url: server.url });
    onTestFinished(() => manager.close());
    const names = Array.from({ length: 1024 }, (_, n) => `q${n}`);
    await Promise.all(names.map((name) => manager.sendMessage(name, message('a'))));
    await expect(manager.sendMessage('more', message('a'))).rejects.toMatchObject({
      name: 'QueueError',
      code: 'too_many_queues',
    });
    await expect(manager.getMessage('more')).rejects.toMatchObject({ code: 'too_many_queues' });
    expect((await take(manager, 'q1023')).message.id).toBe('a');
    const nothing = { ready: 0, inFlight: 0 };
    for (const name of ['more', 'others']) expect(await manager.getQueueStats(name)).toMatchObject(nothing);
    expect(await manager.deadLetters.list('more')).toEqual({ letters: [] });
  });
});

describe("a server's clock", () => {
  it('that is set back does not make the messages after it younger than they are', async ({
    onTestFinished,
  }) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    let now = Date.UTC(2026, 0, 1);
    const manager = new RedisQueueManager({ url: server.url }, { testServerTimeMs: () => now });
    onTestFinished(() => manager.close());
    await manager.sendMessage(Q, message('a'));
    await manager.ackMessage((await take(manager)).lease);
    now -= 600_000;
    await manager.sendMessage(Q, message('b'));
    now += 60_000;
    const { oldestAgeMs } = await manager.getQueueStats(Q);
    expect(oldestAgeMs).toBeGreaterThan(59_900);
    expect(oldestAgeMs).toBeLessThanOrEqual(60_000);
  });

  it.for([
    ['a little', 30_000],
    ['a lot', 600_000],
  ] as const)(
    'that is set back by %s loses nothing, and gives nothing out twice',
    async ([, stepMs], { onTestFinished }) => {
      const server = await startRedis();
      onTestFinished(() => server.stop());
      let now = Date.UTC(2026, 0, 1);
      const options = { leaseMs: 10_000, testServerTimeMs: () => now };
      const holder = new RedisQueueManager({ url: server.url }, options);
      const dying = new RedisQueueManager({ url: server.url }, options);
      const manager = new RedisQueueManager({ url: server.url }, options);
      for (const it of [holder, dying, manager]) onTestFinished(() => it.close());
      const pass = async (ms: number) => {
        for (let left = ms; left > 0; left -= 3_000) {
          now += 3_000;
          await manager.heartbeat();
        }
      };
      await manager.sendMessages(
        Q,
        ['a', 'b', 'c'].map((id) => ({ message: message(id) })),
      );
      const a = await take(holder);
      const b = await take(dying);
      now -= stepMs;
      const c = await take(manager);
      expect(c.message.id).toBe('c');
      for (const { lease } of [a, b]) expect(c.lease.token).toBeGreaterThan(lease.token);
      await holder.heartbeat();
      await dying.heartbeat();
      expect(await holder.ackMessage(a.lease)).toBe('ok');
      await dying.abandon();
      // A small step is waited out.
      if (stepMs <= 60_000) await pass(stepMs);
      await pass(12_000);
      const again = await take(manager);
      expect(again.message).toMatchObject({ id: 'b', retryCount: 1 });
      expect(again.lease.token).toBeGreaterThan(b.lease.token);
      for (const { lease } of [c, again]) expect(await manager.ackMessage(lease)).toBe('ok');
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
    },
  );
});
