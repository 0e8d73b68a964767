import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueKeys } from '../../../src/queue/redis/keys.ts';
import { RedisQueueManager, type RedisTarget } from '../../../src/queue/redis.ts';
import type { Lease } from '../../../src/queue/types.ts';
import { type RedisClusterServers, startCluster } from '../../support/redis/cluster.ts';
import type { RedisServer } from '../../support/redis/server.ts';
import { eventually, replicated } from '../../support/redis/shared.ts';
import { describeDeadLetters } from '../conformance/dead-letters.ts';
import { describeGroups } from '../conformance/groups.ts';
import { describeLapsing } from '../conformance/lapsing.ts';
import { describeLeases } from '../conformance/leases.ts';
import { describeOrdering } from '../conformance/ordering.ts';
import { drain, message, take } from '../conformance/support.ts';
import { describeWaiting } from '../conformance/waiting.ts';
import { redisHarness } from './harness.ts';

let cluster: RedisClusterServers;
const target = (): RedisTarget => ({
  cluster: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
});

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

describe('queues on a cluster', () => {
  const harness = redisHarness('cluster', target);
  describeOrdering(harness);
  describeGroups(harness);
  describeLeases(harness);
  describeLapsing(harness);
  describeDeadLetters(harness);
  describeWaiting(harness);
});

/** A queue name for each master, by the slot of its keys. */
async function queuePerMaster(): Promise<string[]> {
  const node = new Redis(cluster.nodes[0]?.port ?? 0);
  const queues: string[] = [];
  for (let i = 0; queues.filter(Boolean).length < cluster.nodes.length; i++) {
    const slot = Number(await node.cluster('KEYSLOT', queueKeys('checkmend', `queue${i}`).meta));
    queues[Math.floor((slot * cluster.nodes.length) / 16_384)] ??= `queue${i}`;
  }
  node.disconnect();
  return queues;
}

/** What lost its race against the failover is tried again. */
function again<T>(operation: () => Promise<T>): Promise<T> {
  return eventually(
    () =>
      operation()
        .then((value) => ({ value }))
        .catch(() => null),
    20_000,
  ).then(({ value }) => value);
}

describe('a manager on a cluster', () => {
  it('has queues on all masters, and survives the loss of one', async ({ onTestFinished }) => {
    const options = { leaseMs: 60_000, commandTimeoutMs: 1_000, operationTimeoutMs: 4_000 };
    const manager = new RedisQueueManager(target(), options);
    onTestFinished(() => manager.close());
    const [first = '', ...others] = await queuePerMaster();
    const leases = new Map<string, Lease>();
    for (const queue of [first, ...others]) {
      await manager.sendMessages(
        queue,
        ['a', 'b', 'c'].map((id) => ({ message: message(id) })),
      );
      leases.set(queue, (await take(manager, queue)).lease);
    }
    await replicated(cluster.nodes[0] as RedisServer, cluster.replica);
    const waiting = Promise.all(
      others.map((queue) => manager.exchange(`${queue}`, { want: 1, waitMs: 20_000 })),
    );
    await cluster.nodes[0]?.kill();
    for (const { messages } of await waiting) expect(messages.map((it) => it.message.id)).toEqual(['b']);
    for (const queue of [first, ...others]) {
      const lease = leases.get(queue);
      if (!lease) throw new Error('nothing was taken');
      expect(await again(() => manager.ackMessage(lease))).toBe('ok');
    }
    expect(await again(() => manager.sendMessage(first, message('d')))).toBe('queued');
    expect(await drain(manager, first)).toEqual(['b', 'c', 'd']);
    for (const queue of others) expect(await drain(manager, queue)).toEqual(['c']);
    expect(await manager.getQueueStats(first)).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
  });
});
