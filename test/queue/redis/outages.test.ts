import { Redis } from 'ioredis';
import { describe, expect, it, type TestContext } from 'vitest';
import { loadScript, type ScriptName } from '../../../src/queue/redis/scripts.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import type { Settlement } from '../../../src/queue/types.ts';
import { TcpProxy } from '../../support/redis/proxy.ts';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../support/redis/server.ts';
import { eventually } from '../../support/redis/shared.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { drain, message, Q, take } from '../conformance/support.ts';

/** How long an outage lasts: longer than one command may take, so that connections are given up. */
const OUTAGE_MS = 2_500;
/** Most milliseconds from the end of an outage to the first message that is worked on. */
const RECOVERY_MS = 2_000;
/** A blocked client whose peer has vanished without a word is given up after that many milliseconds. */
const SILENCE_MS = 6_000;
/** Most commands of one manager in an outage: attempts to connect with their back-off, and nothing that spins. */
const COMMANDS_MOST = 60;

const OPTIONS = { leaseMs: 20_000, commandTimeoutMs: 1_500, operationTimeoutMs: 20_000 };

/** A server, a proxy before it, a manager that comes through the proxy, and a client for what makes the outage. */
interface Scene {
  readonly server: RedisServer;
  readonly proxy: TcpProxy;
  readonly manager: RedisQueueManager;
  readonly admin: Redis;
}

interface Outage {
  readonly name: string;
  begin(scene: Scene): unknown;
  end(scene: Scene): unknown;
  /** Whether the server answers while it lasts, so that its commands can be counted. */
  readonly counted?: boolean;
  /** Most milliseconds to recover; default {@link RECOVERY_MS}. */
  readonly recoveryMs?: number;
}

const OUTAGES: readonly Outage[] = [
  {
    name: 'the server is killed, and started again from its append-only file',
    begin: ({ server }) => server.kill(),
    end: ({ server }) => server.start(),
  },
  {
    name: 'the server hangs',
    begin: ({ server }) => server.signal('SIGSTOP'),
    end: ({ server }) => server.signal('SIGCONT'),
  },
  {
    name: 'all clients are killed, the blocked one among them',
    begin: ({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    end: () => undefined,
    counted: true,
  },
  {
    name: 'all clients are paused',
    begin: ({ admin }) => admin.call('CLIENT', 'PAUSE', OUTAGE_MS, 'ALL'),
    end: () => undefined,
  },
  {
    name: 'the scripts are flushed',
    begin: ({ admin }) => admin.script('FLUSH'),
    end: () => undefined,
    counted: true,
  },
  {
    name: 'the server becomes a replica, and is promoted again',
    begin: ({ admin }) => admin.replicaof('127.0.0.1', 1),
    end: ({ admin }) => admin.replicaof('NO', 'ONE'),
    counted: true,
  },
  {
    name: 'connections are reset and refused',
    begin: ({ proxy }) => proxy.setMode('down'),
    end: ({ proxy }) => proxy.setMode('open'),
    counted: true,
  },
  {
    name: 'the route is lost without a word, also for new connections',
    begin: ({ proxy }) => proxy.setMode('half-open'),
    end: ({ proxy }) => proxy.setMode('open'),
    counted: true,
    recoveryMs: RECOVERY_MS + SILENCE_MS - OUTAGE_MS,
  },
];

async function setUp(onEnd: TestContext['onTestFinished'], options: RedisServerOptions = {}): Promise<Scene> {
  const server = await startRedis(options);
  onEnd(() => server.stop());
  const proxy = await new TcpProxy(server.port).listen();
  onEnd(() => proxy.close());
  const manager = new RedisQueueManager({ url: `redis://127.0.0.1:${proxy.port}` }, OPTIONS);
  onEnd(() => manager.close());
  const admin = new Redis(server.url);
  admin.on('error', () => undefined);
  onEnd(() => admin.disconnect());
  return { server, proxy, manager, admin };
}

/** Holds back everything that the server answers from the first call of each script on, on that connection. */
async function swallowFirst({ admin, proxy }: Scene, ...names: ScriptName[]): Promise<void> {
  // A server that does not know a script would answer that first.
  for (const name of names) await admin.script('LOAD', loadScript(name).source);
  const left = new Set(names);
  const silent = new Set<number>();
  proxy.setFilter((chunk, direction, number) => {
    if (direction === 'reply') return silent.has(number) ? null : chunk;
    for (const name of left) {
      if (!chunk.includes(loadScript(name).sha)) continue;
      left.delete(name);
      silent.add(number);
    }
    return chunk;
  });
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function commandsOf(admin: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1]);
}

describe.concurrent('an outage', () => {
  it.for(OUTAGES)('in which $name, is survived', async (outage, { onTestFinished }) => {
    const scene = await setUp(onTestFinished, { aof: 'always' });
    const { manager, admin } = scene;
    await manager.sendMessage(Q, message('held'));
    const held = await take(manager);
    const waiting = manager.exchange(Q, { want: 1, waitMs: 30_000 });
    await eventually(async () => String(await admin.client('LIST')).includes('cmd=bzpopmin'));
    await outage.begin(scene);
    const before = outage.counted ? await commandsOf(admin) : 0;
    // Sent by somebody who waits for the connection; on the way for as long as the outage lasts.
    const sent = manager.sendMessage(Q, message('first'));
    await wait(OUTAGE_MS);
    const commands = outage.counted ? (await commandsOf(admin)) - before : 0;
    await outage.end(scene);
    const sinceEnd = startStopwatch();
    const [{ messages }, result] = await Promise.all([waiting, sent]);
    expect(sinceEnd.elapsedMs()).toBeLessThan(outage.recoveryMs ?? RECOVERY_MS);
    expect(messages.map((it) => it.message.id)).toEqual(['first']);
    expect(result).toBe('queued');
    expect(commands).toBeLessThan(COMMANDS_MOST);
    // What was leased before the outage still is, and nothing is there twice.
    expect(await manager.ackMessage(held.lease)).toBe('ok');
    for (const { lease } of messages) expect(await manager.ackMessage(lease)).toBe('ok');
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, delayed: 0, inFlight: 0, dead: 0 });
  });

  it('that swallows the answer to a send does not store it twice, not even when it is done by then', async ({
    onTestFinished,
  }) => {
    const scene = await setUp(onTestFinished);
    const { server, manager } = scene;
    const other = new RedisQueueManager({ url: server.url }, OPTIONS);
    onTestFinished(() => other.close());
    await other.sendMessage(Q, message('waits', { payload: { version: 1 } }));
    await swallowFirst(scene, 'add');
    const sent = manager.sendMessages(
      Q,
      ['waits', 'new'].map((id) => ({ message: message(id, { payload: { version: 2 } }) })),
    );
    await eventually(async () => (await other.getQueueSize(Q)) === 2);
    expect(await drain(other)).toEqual(['waits', 'new']);
    expect((await sent).map(({ status }) => status)).toEqual(['coalesced', 'queued']);
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, delayed: 0, inFlight: 0, dead: 0 });
  });

  it('that swallows the answer to a settlement does not make it look lost', async ({ onTestFinished }) => {
    const scene = await setUp(onTestFinished);
    const { manager } = scene;
    const lost: string[] = [];
    manager.onLeaseLost((lease) => lost.push(lease.id));
    const kinds = ['done', 'retry', 'release', 'snooze', 'dead'] as const;
    await manager.sendMessages(
      Q,
      kinds.map((id) => ({ message: message(id) })),
    );
    const { messages } = await manager.exchange(Q, { want: 5 });
    const outcomes = messages.map(({ lease }, i): Settlement => {
      const outcome = { kind: kinds[i] ?? 'done', delayMs: 60_000, error: { type: 'x', message: 'x' } };
      return { lease, outcome };
    });
    // The answer to what puts this right is lost as well.
    await swallowFirst(scene, 'step', 'attach');
    const { results } = await manager.exchange(Q, { outcomes: [...outcomes, ...outcomes.slice(0, 1)] });
    expect(results).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'lost']);
    expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, delayed: 2, inFlight: 0, dead: 1 });
    expect(lost).toEqual([]);
  });

  it('is seen in the time of the last success, and so is its end', async ({ onTestFinished }) => {
    const { server, manager } = await setUp(onTestFinished);
    await manager.sendMessage(Q, message('a'));
    const before = manager.lastSuccessAt();
    server.signal('SIGSTOP');
    const failed = manager.exchange(Q, { want: 1 });
    await wait(OUTAGE_MS);
    expect(manager.lastSuccessAt()).toBe(before);
    server.signal('SIGCONT');
    expect((await failed).messages).toHaveLength(1);
    expect(manager.lastSuccessAt()).toBeGreaterThan(before + OUTAGE_MS / 2);
  });

  it('that does not end lets an operation fail in time, and closing is not held up', async ({
    onTestFinished,
  }) => {
    const { server } = await setUp(onTestFinished);
    const options = { ...OPTIONS, operationTimeoutMs: 2_000 };
    const manager = new RedisQueueManager({ url: server.url }, options);
    await manager.sendMessage(Q, message('a'));
    const { lease } = await take(manager);
    server.signal('SIGSTOP');
    const sinceStart = startStopwatch();
    const unavailable = { code: 'unavailable' };
    await Promise.all([
      expect(manager.sendMessage(Q, message('b'))).rejects.toMatchObject(unavailable),
      expect(manager.ackMessage(lease)).rejects.toMatchObject(unavailable),
      expect(manager.getQueueStats(Q)).rejects.toMatchObject(unavailable),
      expect(manager.deadLetters.list(Q)).rejects.toMatchObject(unavailable),
    ]);
    await manager.close();
    expect(sinceStart.elapsedMs()).toBeLessThan(7_000);
    server.signal('SIGCONT');
  });
});
