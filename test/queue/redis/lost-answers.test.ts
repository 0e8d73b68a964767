import { once } from 'node:events';
import { createConnection } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it, type TestContext } from 'vitest';
import { loadScript, type ScriptName } from '../../../src/queue/redis/scripts.ts';
import { RedisQueueManager, type RedisQueueOptions } from '../../../src/queue/redis.ts';
import type { Lease } from '../../../src/queue/types.ts';
import { TcpProxy } from '../../support/redis/proxy.ts';
import { startRedis } from '../../support/redis/server.ts';
import { eventually } from '../../support/redis/shared.ts';
import { message, Q, sendAll, take } from '../conformance/support.ts';

const SCRIPTS = ['step', 'attach', 'beat', 'extend'] as const satisfies ScriptName[];

/** A server that knows the scripts, a manager that reaches it by a proxy, and one that does so directly. */
async function setUp(onEnd: TestContext['onTestFinished'], options: RedisQueueOptions = {}) {
  const server = await startRedis();
  onEnd(() => server.stop());
  const proxy = await new TcpProxy(server.port).listen();
  onEnd(() => proxy.close());
  const open = (url: string) => {
    const manager = new RedisQueueManager({ url }, { leaseMs: 2_000, commandTimeoutMs: 500, ...options });
    onEnd(() => manager.close());
    return manager;
  };
  const admin = new Redis(server.url);
  onEnd(() => admin.disconnect());
  for (const name of SCRIPTS) await admin.script('LOAD', loadScript(name).source);
  const manager = open(`redis://127.0.0.1:${proxy.port}`);
  // Connects without opening a session.
  await manager.getQueueSize(Q);
  return { server, proxy, admin, manager, other: open(server.url) };
}

/** The server carries out the next call of each script, one after the other, and its answer does not arrive. */
function loseAnswers(proxy: TcpProxy, ...names: ScriptName[]): void {
  const left = [...names];
  const silent = new Set<number>();
  proxy.setFilter((chunk, direction, connection) => {
    if (direction === 'reply') return silent.has(connection) ? null : chunk;
    const [next] = left;
    if (next && chunk.includes(loadScript(next).sha)) {
      left.shift();
      silent.add(connection);
    }
    return chunk;
  });
}

/** Sends bytes to the server on a connection of their own; answers its first reply. */
async function deliver(port: number, chunks: readonly Buffer[]): Promise<string> {
  const socket = createConnection(port, '127.0.0.1');
  socket.write(Buffer.concat(chunks));
  const [reply] = await once(socket, 'data');
  socket.destroy();
  return String(reply);
}

describe.concurrent('a step whose answer is lost', () => {
  it('burns no attempt of what it leased, also when it opened the session', async ({ onTestFinished }) => {
    const { proxy, manager, other } = await setUp(onTestFinished);
    await other.sendMessages(
      Q,
      ['a', 'b'].map((id) => ({ message: message(id, { maxRetries: 0 }) })),
    );
    loseAnswers(proxy, 'step');
    const { messages } = await manager.exchange(Q, { want: 2 });
    expect(messages.map(({ message: it }) => [it.id, it.retryCount])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    expect(await other.getQueueStats(Q)).toMatchObject({ inFlight: 2, dead: 0 });
  });

  it('is refused when it comes late, after what it was to open was given up', async ({ onTestFinished }) => {
    const { server, proxy, manager, other } = await setUp(onTestFinished);
    await sendAll(other, ['a']);
    const held: Buffer[] = [];
    const late = new Set<number>();
    proxy.setFilter((chunk, direction, connection) => {
      if (direction === 'reply') return chunk;
      if (held.length === 0 && chunk.includes(loadScript('step').sha)) late.add(connection);
      if (!late.has(connection)) return chunk;
      held.push(chunk);
      return null;
    });
    const { messages } = await manager.exchange(Q, { want: 1 });
    expect(messages).toHaveLength(1);
    await sendAll(other, ['b']);
    const replies = await deliver(server.port, held);
    expect(replies).toContain('QUEUESESSION');
    expect(await other.getQueueStats(Q)).toMatchObject({ ready: 1, inFlight: 1 });
  });

  it('leaves nothing with a session that lives, of leases that were lost meanwhile', async ({
    onTestFinished,
  }) => {
    const { proxy, manager, other } = await setUp(onTestFinished, { leaseMs: 1_500, commandTimeoutMs: 900 });
    const lost: string[] = [];
    manager.onLeaseLost((lease) => lost.push(lease.id));
    await sendAll(other, ['a']);
    await take(manager);
    // While the answer to the repair is waited for, the heartbeat finds the old session gone.
    loseAnswers(proxy, 'step', 'attach');
    await manager.exchange(Q, { want: 1 });
    expect(lost).toEqual(['a']);
    // It is busy: its session does not lapse.
    for (let n = 0; lost.length > 0; n++) {
      await sendAll(other, [`busy${n}`]);
      const { messages } = await manager.exchange(Q, { want: 2, waitMs: 1_000 });
      for (const { message: it, lease } of messages) {
        await manager.ackMessage(lease);
        if (it.id === 'a') lost.length = 0;
      }
      expect(n).toBeLessThan(50);
    }
    expect(await other.getQueueStats(Q)).toMatchObject({ inFlight: 0 });
  });

  it.for(['a settlement', 'another fetch'])(
    'burns no attempt where it opened the session beside %s that is lost too',
    async (beside, { onTestFinished }) => {
      const { proxy, manager, other } = await setUp(onTestFinished);
      await other.sendMessages(
        Q,
        ['a', 'b', 'c'].map((id) => ({ message: message(id, { maxRetries: 0 }) })),
      );
      const lost = new Set<number>();
      proxy.setFilter((chunk, direction, connection) => {
        if (direction === 'reply') return lost.has(connection) ? null : chunk;
        if (lost.size < 2 && chunk.includes(loadScript('step').sha)) lost.add(connection);
        return chunk;
      });
      const lease = { queue: Q, id: 'x', token: 5, expiresAt: 0 };
      const first = beside === 'a settlement' ? manager.ackMessage(lease) : manager.exchange(Q, { want: 1 });
      const fetched = manager.exchange(Q, { want: 1 });
      await first;
      expect((await fetched).messages).toHaveLength(1);
      const inFlight = beside === 'a settlement' ? 1 : 2;
      expect(await other.getQueueStats(Q)).toMatchObject({ inFlight, ready: 3 - inFlight, dead: 0 });
    },
  );

  it('settled an extended lease while another step opened a session, and says so', async ({
    onTestFinished,
  }) => {
    const { proxy, manager, other } = await setUp(onTestFinished);
    await sendAll(other, ['a', 'b']);
    const { lease } = await take(manager);
    const extended = (await manager.extendLease(lease, 60_000)) ?? lease;
    // Without an answer to this one there is no session but that of the extended lease.
    loseAnswers(proxy, 'step');
    const { messages } = await manager.exchange(Q, { want: 1 });
    for (const it of messages) await manager.ackMessage(it.lease);
    await sendAll(other, ['c']);
    // Replies of steps are arrays: of seven with one message, which arrives, and of six without any, which does not.
    const cut = new Set<number>();
    proxy.setFilter((chunk, direction, connection) => {
      if (direction === 'request') return chunk;
      const at = cut.size === 0 ? chunk.indexOf('*6\r\n') : -1;
      if (at >= 0) cut.add(connection);
      if (at > 0) return chunk.subarray(0, at);
      return cut.has(connection) ? null : chunk;
    });
    const [, result] = await Promise.all([manager.exchange(Q, { want: 1 }), manager.ackMessage(extended)]);
    expect(result).toBe('ok');
  });

  it('is told of by what came before it, where more is settled than one call may', async ({
    onTestFinished,
  }) => {
    const { proxy, manager, other } = await setUp(onTestFinished, {
      leaseMs: 20_000,
      operationTimeoutMs: 1_000,
    });
    const ids = Array.from({ length: 510 }, (_, n) => `m${n}`);
    await sendAll(other, ids);
    const leases: Lease[] = [];
    while (leases.length < ids.length) {
      const { messages } = await manager.exchange(Q, { want: 256 });
      leases.push(...messages.map((it) => it.lease));
    }
    let steps = 0;
    proxy.setFilter((chunk, direction) => {
      if (direction === 'request' && chunk.includes(loadScript('step').sha)) steps++;
      return steps > 1 ? null : chunk;
    });
    const outcomes = leases.map((lease) => ({ lease, outcome: { kind: 'done' } as const }));
    await expect(manager.exchange(Q, { outcomes })).rejects.toMatchObject({ code: 'unavailable' });
    proxy.setFilter((chunk) => chunk);
    const results = await eventually(() =>
      manager.exchange(Q, { outcomes }).then(
        (reply) => reply.results,
        () => null,
      ),
    );
    expect(new Set(results)).toEqual(new Set(['ok']));
    expect(await other.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0 });
  });

  it('settled an extended lease, and says so', async ({ onTestFinished }) => {
    const { proxy, manager, other } = await setUp(onTestFinished);
    await sendAll(other, ['a']);
    const { lease } = await take(manager);
    const extended = await manager.extendLease(lease, 60_000);
    loseAnswers(proxy, 'step');
    expect(await manager.ackMessage(extended ?? lease)).toBe('ok');
  });
});

describe.concurrent('a manager on Redis', () => {
  it.for(['{"id":"bad","schema_version":99}', '{}', '{broken'])(
    'gives out what is sound beside a message that it can neither read nor bury now: %s',
    async (body, { onTestFinished }) => {
      const { proxy, admin, manager, other } = await setUp(onTestFinished, {
        leaseMs: 20_000,
        operationTimeoutMs: 1_000,
      });
      await sendAll(other, ['bad', 'good']);
      const [messages = ''] = await admin.keys('*:messages');
      const record = String(await admin.hget(messages, 'bad'));
      await admin.hset(messages, 'bad', record.replace(/\{.*$/, body));
      let steps = 0;
      proxy.setFilter((chunk, direction) => {
        if (direction === 'request' && chunk.includes(loadScript('step').sha)) steps++;
        // Out of reach from the second step on: that is the one which is to bury it.
        return steps > 1 ? null : chunk;
      });
      const { messages: taken } = await manager.exchange(Q, { want: 2 });
      expect(taken.map((it) => it.message.id)).toEqual(['good']);
      proxy.setFilter((chunk) => chunk);
      await eventually(
        async () => (await manager.ackMessage(taken[0]?.lease as never).catch(() => null)) !== null,
      );
      expect((await manager.exchange(Q, { want: 1 })).messages).toEqual([]);
      expect(await other.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0, dead: 1 });
      expect((await other.deadLetters.list(Q)).letters).toMatchObject([
        { id: 'bad', error: { type: 'invalid' } },
      ]);
    },
  );

  it('lets the process go on while a busy server keeps what opens a session waiting', async ({
    onTestFinished,
  }) => {
    const { admin, manager, other } = await setUp(onTestFinished, {
      leaseMs: 20_000,
      commandTimeoutMs: 5_000,
    });
    await sendAll(other, ['a', 'b']);
    await admin.config('SET', 'busy-reply-threshold', '10');
    const spin = "local t = redis.call('TIME')[1] while redis.call('TIME')[1] - t < 2 do end";
    const spinning = admin.eval(spin, 0);
    const client = admin.duplicate({ enableReadyCheck: false });
    onTestFinished(() => client.disconnect());
    await eventually(() =>
      client.ping().then(
        () => false,
        () => true,
      ),
    );
    let turns = 0;
    const timer = setInterval(() => turns++, 20);
    const fetches = await Promise.all([1, 2].map(() => manager.exchange(Q, { want: 1 })));
    clearInterval(timer);
    await spinning;
    expect(turns).toBeGreaterThan(10);
    expect(fetches.map(({ messages }) => messages.length)).toEqual([1, 1]);
  });

  it('holds nothing once it is closed, whatever was on its way', async ({ onTestFinished }) => {
    const { manager, other } = await setUp(onTestFinished);
    await sendAll(other, ['a', 'b', 'c']);
    const fetches = Array.from({ length: 3 }, () => manager.exchange(Q, { want: 1 }));
    await manager.close();
    for (const result of await Promise.allSettled(fetches)) {
      if (result.status === 'fulfilled') expect(result.value.messages).toEqual([]);
      else expect(result.reason).toMatchObject({ code: 'closed' });
    }
    expect(await other.getQueueStats(Q)).toMatchObject({ ready: 3, inFlight: 0 });
    expect((await take(other)).message.retryCount).toBe(0);
  });
});
