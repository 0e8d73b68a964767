import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queueKeys } from '../../../src/queue/redis/keys.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { TcpProxy } from '../../support/redis/proxy.ts';
import { type RedisServer, startRedis } from '../../support/redis/server.ts';
import { eventually, makeMessage } from '../../support/redis/shared.ts';

let server: RedisServer;
let admin: Redis;
let waiting: RedisQueueManager;
let sending: RedisQueueManager;

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
  waiting = new RedisQueueManager({ url: server.url });
  sending = new RedisQueueManager({ url: server.url });
});
afterAll(async () => {
  await Promise.all([waiting.close(), sending.close()]);
  admin.disconnect();
  await server.stop();
});

const wait = async (waitMs: number) => {
  const { messages } = await waiting.exchange('q', { want: 1, waitMs });
  return messages.map(({ message }) => message.id);
};

/** Commands that the server ran during `work`, by name. */
async function commandsOf(work: () => Promise<unknown>): Promise<string[]> {
  await admin.config('RESETSTAT');
  await work();
  const stats = await admin.info('commandstats');
  const names = [...stats.matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => name ?? '');
  return names.filter((name) => name !== 'info' && !name.startsWith('config'));
}

it('asks nothing again after it has found nothing, but blocks on the marker', async () => {
  expect(await wait(20)).toEqual([]);
  const commands = await commandsOf(async () => {
    for (let n = 0; n < 5; n++) expect(await wait(20)).toEqual([]);
  });
  // Its blocking client may have connected only now.
  expect(commands.filter((name) => !/^(bzpopmin|client\|)/.test(name))).toEqual([]);
});

it('takes what was sent between two waits, from here or elsewhere', async () => {
  expect(await wait(20)).toEqual([]);
  await sending.sendMessage('q', makeMessage('a'));
  expect(await wait(5000)).toEqual(['a']);
  expect(await wait(20)).toEqual([]);
  await waiting.sendMessage('q', makeMessage('b'));
  expect(await wait(5000)).toEqual(['b']);
});

it('takes what is resumed, requeued or comes back between two waits', async () => {
  await sending.pause('q');
  await sending.sendMessage('q', makeMessage('c', { maxRetries: 0 }));
  expect(await wait(20)).toEqual([]);
  await sending.resume('q');
  const { messages } = await waiting.exchange('q', { want: 1, waitMs: 5000 });
  expect(await wait(20)).toEqual([]);
  for (const { lease } of messages) await waiting.nackMessage(lease);
  expect(await wait(20)).toEqual([]);
  expect(await sending.deadLetters.requeue('q')).toBe(1);
  expect(await wait(5000)).toEqual(['c']);
});

it('takes what falls due between two waits', async () => {
  expect(await wait(20)).toEqual([]);
  await sending.sendMessage('q', makeMessage('d'), { delayMs: 60 });
  expect(await wait(20)).toEqual([]);
  expect(await wait(5000)).toEqual(['d']);
});

/** Clients that block or did so last. */
const blocked = async () => String(await admin.client('LIST')).split('cmd=bzpopmin').length;

it('takes on time what only a manager knew of that was closed since', async ({ onTestFinished }) => {
  const told = new RedisQueueManager({ url: server.url });
  const other = new RedisQueueManager({ url: server.url });
  onTestFinished(() => other.close());
  const before = await blocked();
  // Who has waited longest is told of what is delayed, and nobody else.
  const first = told.exchange('told', { want: 1, waitMs: 10_000 });
  await eventually(async () => (await blocked()) > before);
  const second = other.exchange('told', { want: 1, waitMs: 5_000 });
  await eventually(async () => (await blocked()) > before + 1);
  const looked = told.lastSuccessAt();
  await sending.sendMessage('told', makeMessage('e'), { delayMs: 500 });
  await eventually(() => told.lastSuccessAt() > looked);
  await told.close();
  expect((await first).messages).toEqual([]);
  expect((await second).messages.map(({ message }) => message.id)).toEqual(['e']);
});

it('leaves the marker to others, where the server still takes it to be there as well', async ({
  onTestFinished,
}) => {
  const proxy = await new TcpProxy(server.port).listen();
  onTestFinished(() => proxy.close());
  const manager = new RedisQueueManager(
    { url: `redis://127.0.0.1:${proxy.port}` },
    { commandTimeoutMs: 300 },
  );
  const before = await blocked();
  const exchange = manager.exchange('gone', { want: 1, waitMs: 10_000 });
  await eventually(async () => (await blocked()) > before);
  // Both of its connections are lost without a word; only that for commands is missed, and built anew.
  proxy.setMode('half-open');
  proxy.setMode('open');
  await manager.getQueueStats('gone');
  const other = new Redis(server.url);
  onTestFinished(() => other.disconnect());
  const marker = other.bzpopmin(queueKeys('checkmend', 'gone').wake, 5);
  await eventually(async () => (await blocked()) > before + 1);
  await manager.close();
  expect(await marker).not.toBeNull();
  expect((await exchange).messages).toEqual([]);
});
