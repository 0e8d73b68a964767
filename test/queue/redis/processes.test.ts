import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { loadScript, SCRIPT_NAMES, type ScriptName } from '../../../src/queue/redis/scripts.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import type { LeasedMessage } from '../../../src/queue/types.ts';
import { TcpProxy } from '../../support/redis/proxy.ts';
import { type RedisServer, startRedis } from '../../support/redis/server.ts';
import { uniquePrefix } from '../../support/redis/shared.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { message, Q } from '../conformance/support.ts';
import { Remote } from '../remote.ts';

const LEASE_MS = 1_000;
const OPTIONS = { leaseMs: LEASE_MS, commandTimeoutMs: 1_500 };

let server: RedisServer;

type Finally = TestContext['onTestFinished'];

beforeAll(async () => {
  server = await startRedis();
  const client = new Redis(server.url);
  for (const name of SCRIPT_NAMES) await client.script('LOAD', loadScript(name).source);
  client.disconnect();
});
afterAll(() => server.stop());

function local(prefix: string, onEnd: Finally): RedisQueueManager {
  const manager = new RedisQueueManager({ url: server.url }, { ...OPTIONS, prefix });
  onEnd(() => manager.close());
  return manager;
}

async function remote(prefix: string, onEnd: Finally, port = server.port): Promise<Remote> {
  const target = { url: `redis://127.0.0.1:${port}` };
  const started = new Remote({ kind: 'redis', target, options: { ...OPTIONS, prefix } });
  onEnd(() => started.kill());
  await started.ready();
  return started;
}

/** Takes until so many have come, settling none; answers `id:retries`, sorted. */
async function collect(manager: RedisQueueManager, count: number): Promise<string[]> {
  const taken: LeasedMessage[] = [];
  while (taken.length < count) {
    const { messages } = await manager.exchange(Q, { want: 10, waitMs: 20_000 });
    if (messages.length === 0) throw new Error(`${taken.length} of ${count} messages came`);
    taken.push(...messages);
  }
  const ids = taken.map(({ message: it }) => `${it.id}:${it.retryCount}`);
  for (const { lease } of taken) expect(await manager.ackMessage(lease)).toBe('ok');
  return ids.toSorted();
}

type Boundary = readonly [script: ScriptName, nth: number, when: 'before' | 'after', ...left: unknown[]];

/** Kills the process at the n-th call of a script: before the server has it, or before its answer is there. */
async function killAt(boundary: Boundary, prefix: string, onEnd: Finally): Promise<Remote> {
  const [script, nth, when] = boundary;
  const proxy = await new TcpProxy(server.port).listen();
  onEnd(() => proxy.close());
  const worker = await remote(prefix, onEnd, proxy.port);
  const { sha } = loadScript(script);
  let calls = 0;
  let answering: number | undefined;
  proxy.setFilter((chunk, direction, connection) => {
    const isCall = direction === 'request' && chunk.includes(sha);
    if (isCall) calls++;
    if (isCall && calls === nth && when === 'after') answering = connection;
    else if (isCall ? calls === nth : connection === answering) {
      worker.signal('SIGKILL');
      return null;
    }
    return chunk;
  });
  return worker;
}

describe.concurrent('a worker process that is killed', () => {
  /** Script, which call of it, before or after the server ran it, and what comes out then: `id:retries`. */
  const BOUNDARIES = [
    ['add', 1, 'before', []],
    ['add', 1, 'after', ['a:0', 'b:0', 'c:0']],
    ['step', 1, 'before', ['a:0', 'b:0', 'c:0']],
    ['step', 1, 'after', ['a:1', 'b:1', 'c:0']],
    ['beat', 1, 'before', ['a:1', 'b:1', 'c:0']],
    ['beat', 2, 'after', ['a:1', 'b:1', 'c:0']],
    ['step', 2, 'before', ['a:1', 'b:1', 'c:0']],
    ['step', 2, 'after', ['b:2', 'c:0']],
    ['step', 3, 'before', ['b:2', 'c:0']],
    ['step', 3, 'after', ['b:1', 'c:0']],
  ] as const;

  it.for(BOUNDARIES)(
    'at %s %d, %s it ran, loses nothing and does nothing twice',
    async (boundary, { onTestFinished }) => {
      const [script, , , left] = boundary;
      const prefix = uniquePrefix();
      const worker = await killAt(boundary, prefix, onTestFinished);
      const life = async () => {
        await worker.call(
          'sendMessages',
          Q,
          ['a', 'b', 'c'].map((id) => ({ message: message(id) })),
        );
        const { messages } = await worker.call('exchange', Q, { want: 2 });
        if (script === 'beat') return;
        const kinds = ['done', 'retry'] as const;
        const outcomes = messages.map(({ lease }, i) => ({ lease, outcome: { kind: kinds[i] ?? 'done' } }));
        await worker.call('exchange', Q, { outcomes, want: 1 });
        await worker.call('close');
      };
      life().catch(() => undefined);
      await worker.gone();
      const manager = local(prefix, onTestFinished);
      expect(await collect(manager, left.length)).toEqual(left);
      const nothing = { ready: 0, delayed: 0, inFlight: 0, dead: 0 };
      expect(await manager.getQueueStats(Q)).toMatchObject(nothing);
    },
  );
});

describe('a worker process', () => {
  it('that is killed gives its messages back within a lease and a second', async ({ onTestFinished }) => {
    const prefix = uniquePrefix();
    const manager = local(prefix, onTestFinished);
    const holder = await remote(prefix, onTestFinished);
    await manager.sendMessage(Q, message('a'));
    const taken = await holder.call('getMessage', Q);
    const waiting = manager.exchange(Q, { want: 1, waitMs: 20_000 });
    await holder.kill();
    const sinceKill = startStopwatch();
    const { messages } = await waiting;
    expect(sinceKill.elapsedMs()).toBeLessThan(LEASE_MS + 1_000);
    expect(messages[0]?.message).toMatchObject({ id: 'a', retryCount: 1 });
    if (!taken) throw new Error('nothing was taken');
    expect(await manager.ackMessage(taken.lease)).toBe('lost');
  });

  it('that is stopped is told that it lost its lease, and its late answer is refused', async ({
    onTestFinished,
  }) => {
    const prefix = uniquePrefix();
    const manager = local(prefix, onTestFinished);
    const zombie = await remote(prefix, onTestFinished);
    await manager.sendMessage(Q, message('a'));
    const taken = await zombie.call('getMessage', Q);
    if (!taken) throw new Error('nothing was taken');
    zombie.signal('SIGSTOP');
    const { messages } = await manager.exchange(Q, { want: 1, waitMs: 20_000 });
    const [again] = messages;
    if (!again) throw new Error('it did not come again');
    expect(again.lease.token).toBeGreaterThan(taken.lease.token);
    zombie.signal('SIGCONT');
    expect(await zombie.call('ackMessage', taken.lease)).toBe('lost');
    await zombie.until(() => zombie.lost.length > 0);
    expect(zombie.lost).toMatchObject([{ lease: { id: 'a', token: taken.lease.token }, reason: 'expired' }]);
    expect(await manager.ackMessage(again.lease)).toBe('ok');
  });

  it('keeps its lease while only its event loop is stuck', async ({ onTestFinished }) => {
    const prefix = uniquePrefix();
    const manager = local(prefix, onTestFinished);
    const holder = await remote(prefix, onTestFinished);
    await manager.sendMessage(Q, message('a'));
    const taken = await holder.call('getMessage', Q);
    if (!taken) throw new Error('nothing was taken');
    // The heartbeat thread is still starting: a lease that is stuck from its first moment on may be lost.
    await new Promise((resolve) => setTimeout(resolve, 1.5 * LEASE_MS));
    await holder.request({ kind: 'block', ms: 2.5 * LEASE_MS });
    expect(await manager.getMessage(Q)).toBeNull();
    expect(await holder.call('ackMessage', taken.lease)).toBe('ok');
    expect(holder.lost).toEqual([]);
  });
});
