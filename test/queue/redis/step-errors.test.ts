import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/manual-clock.ts';
import { queueKeys } from '../../../src/queue/redis/keys.ts';
import { loadScript } from '../../../src/queue/redis/scripts.ts';
import { leaseMember } from '../../../src/queue/redis/settlements.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { anyRedis, makeMessage, uniquePrefix } from '../../support/redis/shared.ts';

const QUEUE = 'q';
const LEASE_MS = 30_000;
/** In the order in which they are taken. */
const LEASED = ['done', 'retried', 'dead', 'released'];
const WAITING = ['late', 'next', 'last'];

/** The script with an error in place of its n-th command. */
function failingAt(n: number): string {
  const { source } = loadScript('step');
  const head = source.indexOf('\n') + 1;
  const wrapped = `local server, count = redis, 0
local redis = { error_reply = server.error_reply, call = function(...)
  count = count + 1
  if count == ${n} then error('injected') end
  return server.call(...)
end }
`;
  return source.slice(0, head) + wrapped + source.slice(head);
}

describe('an error at any command of a step', () => {
  let redis: Awaited<ReturnType<typeof anyRedis>>;
  let client: Redis;

  beforeAll(async () => {
    redis = await anyRedis();
    client = new Redis(redis.url);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  /** What a queue still gives out after a step that ended so, once the leases have lapsed, and what is dead. */
  async function after(n: number) {
    const clock = new ManualClock();
    const prefix = uniquePrefix();
    const open = () =>
      new RedisQueueManager(
        { url: redis.url },
        { prefix, clock, leaseMs: LEASE_MS, testServerTimeMs: () => clock.now() },
      );
    const first = open();
    const send = (manager: RedisQueueManager, id: string, delayMs = 0) =>
      manager.sendMessage(QUEUE, makeMessage(id), { delayMs });
    for (const id of LEASED) await send(first, id);
    const { messages } = await first.exchange(QUEUE, { want: LEASED.length });
    expect(messages.map(({ message }) => message.id)).toEqual(LEASED);
    await first.sendMessage(QUEUE, makeMessage('expired'), { expiresAt: clock.now() + 1 });
    for (const id of WAITING) await send(first, id, id === 'late' ? 2 : 0);
    await clock.advance(2);
    const { all, meta, sessions } = queueKeys(prefix, QUEUE);
    const base = meta.slice(0, -'meta'.length);
    const [session = ''] = await client.zrange(sessions, '0', '0');
    const [done = '', ...others] = messages.map(({ lease }) => leaseMember(lease));
    const outcomes = others.flatMap((lease, i) => [
      'rdb'.charAt(i),
      lease,
      '0',
      '{"type":"t","message":"m"}',
    ]);
    const args = [clock.now(), session, LEASE_MS, 10, 1_000_000, 1, done, ...outcomes].map(String);
    const error = await client.eval(failingAt(n), all.length, ...all, ...args).then(
      () => null,
      (thrown: Error) => thrown.message,
    );
    await first.abandon();
    await clock.advance(LEASE_MS + 1);
    const second = open();
    const drain = async () => {
      const found = new Set<string>();
      // A recovery puts back what the same step can give out.
      for (let looks = 0; looks < 3; looks++) {
        for (const { message, lease } of (await second.exchange(QUEUE, { want: 20 })).messages) {
          found.add(message.id);
          await second.ackMessage(lease);
        }
      }
      return found;
    };
    const given = await drain();
    const dead = (await second.deadLetters.list(QUEUE)).letters.map(({ id }) => id);
    const stats = { ...(await second.getQueueStats(QUEUE)), counted: await client.exists(`${base}age`) };
    const ids = [...LEASED, 'expired', ...WAITING];
    const again = new Set<string>();
    for (const id of ids) if ((await send(second, id)) === 'queued') again.add(id);
    const secondTime = await drain();
    await second.close();
    return { error, given, dead, stats, ids, again, secondTime };
  }

  it('loses no message, and leaves no id taken', async () => {
    let n = 1;
    for (; ; n++) {
      const { error, given, dead, stats, ids, again, secondTime } = await after(n);
      const lost = ids.filter((id) => id !== 'done' && !given.has(id) && !dead.includes(id));
      expect({ n, lost }).toEqual({ n, lost: [] });
      const { ready, delayed, counted } = stats;
      expect({ n, ready, delayed, counted }).toEqual({ n, ready: 0, delayed: 0, counted: 0 });
      expect({ n, again, secondTime }).toEqual({ n, again: new Set(ids), secondTime: new Set(ids) });
      if (error === null) break;
      expect(error).toContain('injected');
    }
    expect(n).toBeGreaterThan(40);
  });
});
