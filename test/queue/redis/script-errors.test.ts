import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/manual-clock.ts';
import { queueKeys } from '../../../src/queue/redis/keys.ts';
import { loadScript, type ScriptName } from '../../../src/queue/redis/scripts.ts';
import { leaseMember } from '../../../src/queue/redis/settlements.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import type { Lease, SendOptions } from '../../../src/queue/types.ts';
import { anyRedis, makeMessage, uniquePrefix } from '../../support/redis/shared.ts';

const QUEUE = 'q';
const LEASE_MS = 30_000;
/** In the order in which they are taken. */
const LEASED = ['done', 'retried', 'dead', 'released'];
const WAITING = ['late', 'next', 'last'];

/** A script with an error in place of its n-th command. */
function failingAt(script: ScriptName, n: number): string {
  const { source } = loadScript(script);
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

describe('an error at any command', () => {
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

  /** A queue with messages in flight. */
  async function begin(groupOf?: (id: string) => string) {
    const clock = new ManualClock();
    const prefix = uniquePrefix();
    const open = () =>
      new RedisQueueManager(
        { url: redis.url },
        { prefix, clock, leaseMs: LEASE_MS, testServerTimeMs: () => clock.now() },
      );
    const first = open();
    for (const id of LEASED) await send(first, id, groupOf ? { groupKey: groupOf(id) } : {});
    const { messages } = await first.exchange(QUEUE, { want: LEASED.length });
    expect(messages.map(({ message }) => message.id)).toEqual(LEASED);
    const { all, meta, sessions, leases } = queueKeys(prefix, QUEUE);
    const held = () => client.zrange(leases, '0', '-1');
    const [session = ''] = await client.zrange(sessions, '0', '0');
    const run = (script: string, args: readonly (string | number)[]) =>
      client.eval(script, all.length, ...all, ...[clock.now(), session, ...args].map(String)).then(
        () => null,
        (thrown: Error) => thrown.message,
      );
    return {
      clock,
      first,
      open,
      run,
      held,
      age: meta.replace(/meta$/, 'age'),
      leases: messages.map(({ lease }) => lease),
    };
  }

  /** What such a queue still gives out once the leases have lapsed, and what is dead. */
  async function end({ clock, first, open, age }: Awaited<ReturnType<typeof begin>>, ids: readonly string[]) {
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
    const { ready, delayed } = await second.getQueueStats(QUEUE);
    const counted = await client.exists(age);
    const again = new Set<string>();
    for (const id of ids) if ((await send(second, id)) === 'queued') again.add(id);
    const secondTime = await drain();
    await second.close();
    return { given, dead, left: { ready, delayed, counted }, again, secondTime };
  }

  /** Lets each command of a script fail in turn: every message is given out or dead, and no id stays taken. */
  async function failAtEach(
    script: ScriptName,
    ids: readonly string[],
    call: (at: Awaited<ReturnType<typeof begin>>, failing: string) => Promise<string | null>,
    groupOf?: (id: string) => string,
  ): Promise<number> {
    for (let n = 1; ; n++) {
      const at = await begin(groupOf);
      const error = await call(at, failingAt(script, n));
      const { given, dead, left, again, secondTime } = await end(at, ids);
      const lost = ids.filter(
        (id) => !(script === 'step' && id === 'done') && !given.has(id) && !dead.includes(id),
      );
      expect({ n, lost, left }).toEqual({ n, lost: [], left: { ready: 0, delayed: 0, counted: 0 } });
      expect({ n, again, secondTime }).toEqual({ n, again: new Set(ids), secondTime: new Set(ids) });
      if (error === null) return n;
      expect(error).toContain('injected');
    }
  }

  it('of a step loses no message, and leaves no id taken', async () => {
    const ids = [...LEASED, 'expired', ...WAITING];
    const commands = await failAtEach('step', ids, async ({ clock, first, run, leases }, failing) => {
      await first.sendMessage(QUEUE, makeMessage('expired'), { expiresAt: clock.now() + 1 });
      for (const id of WAITING) await send(first, id, id === 'late' ? { delayMs: 2 } : {});
      await clock.advance(2);
      return run(failing, [LEASE_MS, 10, 1_000_000, '', ...outcomesOf(leases)]);
    });
    expect(commands).toBeGreaterThan(40);
  });

  it('of a step does neither to groups and follow-ups', async () => {
    const behind = LEASED.map((id) => `behind ${id}`);
    const ids = [...LEASED, ...behind, 'fresh'];
    const commands = await failAtEach(
      'step',
      ids,
      async ({ first, run, leases }, failing) => {
        for (const id of LEASED) await send(first, `behind ${id}`, { groupKey: id });
        await send(first, 'fresh', { groupKey: 'fresh' });
        await send(first, 'done', { groupKey: 'done' });
        return run(failing, [LEASE_MS, 3, 1_000_000, '', ...outcomesOf(leases)]);
      },
      (id) => id,
    );
    expect(commands).toBeGreaterThan(60);
  });

  it('of a step that is tried again lets no group run twice', async () => {
    for (let n = 1, error: string | null = ''; error !== null; n++) {
      const { clock, first, run, leases, held } = await begin((id) => id);
      for (const id of LEASED) {
        for (const name of ['second', 'third']) await send(first, `${name} ${id}`, { groupKey: id });
      }
      const args = [LEASE_MS, 6, 1_000_000, '', ...outcomesOf(leases)];
      error = await run(failingAt('step', n), args);
      await clock.advance(5);
      expect(await run(loadScript('step').source, args)).toBeNull();
      // One may be leased twice: better that than lost.
      const ids = new Set((await held()).map((member) => member.slice(17)));
      const groups = [...ids].map((id) => id.split(' ').at(-1));
      expect({ n, groups: groups.toSorted() }).toEqual({ n, groups: [...new Set(groups)].toSorted() });
      await first.abandon();
    }
  });

  it('of an attach does neither', async () => {
    const commands = await failAtEach('attach', LEASED, ({ run, leases }, failing) =>
      run(failing, [LEASE_MS, ...leases.slice(0, 2).map(leaseMember)]),
    );
    expect(commands).toBeGreaterThan(20);
  });
});

const send = (manager: RedisQueueManager, id: string, options: SendOptions = {}) =>
  manager.sendMessage(QUEUE, makeMessage(id), options);

/** Arguments of a step: the first lease is done, the others are retried, dead and given back. */
function outcomesOf(leases: readonly Lease[]): (string | number)[] {
  const [done = '', ...others] = leases.map(leaseMember);
  const error = '{"type":"t","message":"m"}';
  return [1, done, ...others.flatMap((lease, i) => ['rdb'.charAt(i), lease, '0', error])];
}
