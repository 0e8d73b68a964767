import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { type RedisServer, startRedis } from '../../support/redis/server.ts';
import { makeMessage } from '../../support/redis/shared.ts';

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
