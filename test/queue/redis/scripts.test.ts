import { readdirSync, readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueKeys } from '../../../src/queue/redis/keys.ts';
import { loadScript, SCRIPT_NAMES } from '../../../src/queue/redis/scripts.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { anyRedis, makeMessage, uniquePrefix } from '../../support/redis/shared.ts';

const LUA = new URL('../../../src/queue/lua/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, LUA), 'utf8');

describe('the scripts', () => {
  it('are at most twelve, and every file is a script or included by one', () => {
    expect(SCRIPT_NAMES.length).toBeLessThanOrEqual(12);
    const included = SCRIPT_NAMES.flatMap((name) =>
      /@include (.+)/.exec(read(`${name}.lua`))?.[1]?.split(' '),
    );
    const known = new Set([...SCRIPT_NAMES, ...included].map((name) => `${name}.lua`));
    expect(readdirSync(LUA).filter((file) => !known.has(file))).toEqual([]);
  });

  it.each(readdirSync(LUA))('%s says its purpose, KEYS, ARGV and result at its head', (file) => {
    const head = read(file).split(/^[^-#]/m)[0] ?? '';
    expect(head).toMatch(/^-- Purpose: /m);
    for (const word of ['KEYS', 'ARGV', 'Result']) expect(head).toContain(word);
  });

  it('touch no key but those of the builder: nothing is made from a prefix', () => {
    const names = read('common.lua').match(/^local META[\s\S]*?KEYS\[15\]/m)?.[0] ?? '';
    for (const name of SCRIPT_NAMES) {
      const { source } = loadScript(name);
      const keys = [...source.matchAll(/redis\.call\('[A-Z]+', ([^,)]+)/g)].map((match) => match[1] ?? '');
      expect(keys.filter((key) => !names.includes(key))).toEqual([]);
    }
  });

  it('get keys with one hash tag, also for names with braces', () => {
    for (const queue of ['q', 'a{b}c', '{', 'ü b']) {
      const tags = queueKeys('p{x}', queue).all.map((key) => /\{([^}]*)\}/.exec(key)?.[1]);
      expect(new Set(tags)).toEqual(new Set([encodeURIComponent(queue)]));
    }
    expect(queueKeys('p', 'a').all).toHaveLength(new Set(queueKeys('p', 'a').all).size);
  });
});

describe('on a server', () => {
  let redis: Awaited<ReturnType<typeof anyRedis>>;
  let client: Redis;
  let manager: RedisQueueManager;
  const prefix = uniquePrefix();

  beforeAll(async () => {
    redis = await anyRedis();
    client = new Redis(redis.url);
    manager = new RedisQueueManager({ url: redis.url }, { prefix });
  });
  afterAll(async () => {
    await manager.close();
    client.disconnect();
    await redis.stop();
  });

  it('are sent again as text after SCRIPT FLUSH', async () => {
    await manager.sendMessage('flush', makeMessage('a'));
    await client.script('FLUSH');
    expect(await manager.sendMessage('flush', makeMessage('b'))).toBe('queued');
    await client.script('FLUSH');
    const reply = await manager.exchange('flush', { want: 5 });
    expect(reply.messages.map(({ message }) => message.id)).toEqual(['a', 'b']);
  });

  it('refuse a queue that a newer version wrote, and change nothing', async () => {
    const { meta } = queueKeys(prefix, 'newer');
    await client.hset(meta, 'format', 2);
    const refused = { code: 'format_version' };
    await expect(manager.sendMessage('newer', makeMessage('a'))).rejects.toMatchObject(refused);
    await expect(manager.getMessage('newer')).rejects.toMatchObject(refused);
    await expect(manager.getQueueStats('newer')).rejects.toMatchObject(refused);
    expect(await client.keys(`${encodeURIComponent(prefix)}:{newer}:*`)).toEqual([meta]);
    expect(await client.hgetall(meta)).toEqual({ format: '2' });
  });

  it('write the format with the first message', async () => {
    await manager.sendMessage('format', makeMessage('a'));
    expect(await client.hget(queueKeys(prefix, 'format').meta, 'format')).toBe('1');
  });

  it.each(['p x 0', 'p 0 -1', 'q 0 0', ''])('refuse the head "%s" before the first write', async (head) => {
    const { all } = queueKeys(prefix, 'argument');
    const { source } = loadScript('add');
    const args = ['', 'n', 'n0', 0, 0, 'good', 'p 0 0', '0 3 0 - {}', 'bad', head, '0 3 0 - {}'];
    await expect(client.eval(source, all.length, ...all, ...args)).rejects.toThrow('QUEUEARGUMENT');
    expect(await client.keys(`${encodeURIComponent(prefix)}:{argument}:*`)).toEqual([]);
  });

  it('leave nothing behind when all is done', async () => {
    const ids = ['a', 'b', 'c'];
    for (const id of ids)
      await manager.sendMessage('clean', makeMessage(id, { groupKey: 'g', expiresAt: 9e12 }));
    for (let left = 3; left > 0; left--) {
      const leased = await manager.getMessage('clean');
      if (leased) await manager.ackMessage(leased.lease);
    }
    const { all, meta, wake, sessions } = queueKeys(prefix, 'clean');
    const answers = all.at(-1) ?? '';
    const left = await client.keys(`${encodeURIComponent(prefix)}:{clean}:*`);
    expect(left.filter((key) => ![meta, wake, sessions, answers].includes(key))).toEqual([]);
    expect(await client.hget(meta, 'bytes')).toBe('0');
  });
});
