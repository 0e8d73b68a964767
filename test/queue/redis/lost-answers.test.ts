import { once } from 'node:events';
import { createConnection } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it, type TestContext } from 'vitest';
import { loadScript, type ScriptName } from '../../../src/queue/redis/scripts.ts';
import { RedisQueueManager, type RedisQueueOptions } from '../../../src/queue/redis.ts';
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
  it('gives out what is sound beside a message that it can neither read nor bury now', async ({
    onTestFinished,
  }) => {
    const { proxy, admin, manager, other } = await setUp(onTestFinished, { operationTimeoutMs: 1_000 });
    await sendAll(other, ['bad', 'good']);
    const [messages = ''] = await admin.keys('*:messages');
    const record = String(await admin.hget(messages, 'bad'));
    await admin.hset(messages, 'bad', record.replace(/\{.*$/, '{"id":"bad","schema_version":99}'));
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
