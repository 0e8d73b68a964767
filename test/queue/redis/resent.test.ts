import { once } from 'node:events';
import { createConnection } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadScript, type ScriptName } from '../../../src/queue/redis/scripts.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { TcpProxy } from '../../support/redis/proxy.ts';
import { type RedisServer, startRedis } from '../../support/redis/server.ts';
import { drain, message, Q, take } from '../conformance/support.ts';

let server: RedisServer;
let proxy: TcpProxy;
let manager: RedisQueueManager;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

beforeEach(async () => {
  const admin = new Redis(server.url);
  await admin.flushall();
  // A server that does not know a script would answer that first.
  for (const name of ['add', 'requeue', 'discard', 'pause', 'extend'] as const) {
    await admin.script('LOAD', loadScript(name).source);
  }
  admin.disconnect();
  proxy = await new TcpProxy(server.port).listen();
  manager = new RedisQueueManager({ url: `redis://127.0.0.1:${proxy.port}` }, { commandTimeoutMs: 300 });
});
afterEach(async () => {
  await manager.close();
  await proxy.close();
});

/** Holds back what the server answers to the first call of a script. */
function swallowAnswer(name: ScriptName): void {
  let silent: number | undefined;
  proxy.setFilter((chunk, direction, connection) => {
    if (direction === 'reply') return connection === silent ? null : chunk;
    if (chunk.includes(loadScript(name).sha)) silent ??= connection;
    return chunk;
  });
}

/** Holds back the first call of a script, and answers what hands it to the server, as a slow network would. */
function holdBack(name: ScriptName): () => Promise<void> {
  let held: Buffer | undefined;
  proxy.setFilter((chunk, direction) => {
    if (held || direction === 'reply' || !chunk.includes(loadScript(name).sha)) return chunk;
    held = chunk;
    return null;
  });
  return async () => {
    const socket = createConnection({ port: server.port, host: '127.0.0.1' });
    socket.write(held ?? '');
    await once(socket, 'data');
    socket.destroy();
  };
}

async function bury(...ids: string[]): Promise<void> {
  for (const id of ids) {
    await manager.sendMessage(Q, message(id));
    await manager.bury((await take(manager)).lease, { type: 'x', message: 'x' });
  }
}

/** By what the leases of the server live. */
async function sessionsOf(): Promise<string[]> {
  const admin = new Redis(server.url);
  const [leases = ''] = await admin.keys('*:leases');
  const found = await admin.zrange(leases, '0', '-1', 'WITHSCORES');
  admin.disconnect();
  return found;
}

const left = async () => (await manager.deadLetters.list(Q)).letters.map(({ id }) => id);

describe('what is sent again because its answer was lost', () => {
  it('discards no more letters than were asked for', async () => {
    await bury('a', 'b', 'c', 'd', 'e');
    swallowAnswer('discard');
    expect(await manager.deadLetters.discard(Q, { limit: 2 })).toBe(2);
    expect(await left()).toEqual(['c', 'd', 'e']);
    swallowAnswer('discard');
    expect(await manager.deadLetters.discard(Q, { ids: ['d', 'missing'] })).toBe(1);
    expect(await left()).toEqual(['c', 'e']);
  });

  it('requeues no more letters than were asked for, and tells how many', async () => {
    await bury('a', 'b', 'c', 'd', 'e');
    swallowAnswer('requeue');
    expect(await manager.deadLetters.requeue(Q, { limit: 2 })).toBe(2);
    expect(await left()).toEqual(['c', 'd', 'e']);
    swallowAnswer('requeue');
    expect(await manager.deadLetters.requeue(Q, { ids: ['d', 'missing'] })).toBe(1);
    expect(await left()).toEqual(['c', 'e']);
    expect(await drain(manager)).toEqual(['a', 'b', 'd']);
  });
});

describe('what arrives after it was sent again', () => {
  it('replaces no newer message', async () => {
    await manager.getQueueSize(Q);
    const deliver = holdBack('add');
    expect(await manager.sendMessage(Q, message('a', { payload: { version: 1 } }))).toBe('queued');
    expect(await manager.sendMessage(Q, message('a', { payload: { version: 2 } }))).toBe('coalesced');
    await deliver();
    expect((await take(manager)).message.payload).toEqual({ version: 2 });
  });

  it('runs no message that is done again', async () => {
    await manager.getQueueSize(Q);
    const deliver = holdBack('add');
    await manager.sendMessage(Q, message('a'));
    expect(await drain(manager)).toEqual(['a']);
    await deliver();
    expect(await manager.getMessage(Q)).toBeNull();
  });

  it('pauses no queue that has been resumed since', async () => {
    await manager.getQueueSize(Q);
    const deliver = holdBack('pause');
    await manager.pause(Q);
    await manager.resume(Q);
    await deliver();
    expect((await manager.getQueueStats(Q)).paused).toBe(false);
  });

  it('moves no lease to a session that its holder does not know', async () => {
    await manager.sendMessage(Q, message('a'));
    const { lease } = await take(manager);
    const deliver = holdBack('extend');
    expect(await manager.extendLease(lease, 60_000)).not.toBeNull();
    const sessions = await sessionsOf();
    await deliver();
    expect(await sessionsOf()).toEqual(sessions);
    expect(await manager.ackMessage(lease)).toBe('ok');
  });

  it('discards no further letter', async () => {
    await bury('a', 'b', 'c', 'd');
    const deliver = holdBack('discard');
    expect(await manager.deadLetters.discard(Q, { limit: 2 })).toBe(2);
    await deliver();
    expect(await left()).toEqual(['c', 'd']);
  });
});
