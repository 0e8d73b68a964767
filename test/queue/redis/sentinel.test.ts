import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import { startSentinel } from '../../support/redis/sentinel.ts';
import { startRedis } from '../../support/redis/server.ts';
import { eventually, replicated } from '../../support/redis/shared.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { message, Q, take } from '../conformance/support.ts';

describe('behind a Sentinel', () => {
  it('a manager follows the master to the replica that is promoted', async ({ onTestFinished }) => {
    const master = await startRedis();
    onTestFinished(() => master.stop());
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    onTestFinished(() => replica.stop());
    const sentinel = await startSentinel(master);
    onTestFinished(() => sentinel.stop());
    const sentinels = [{ host: '127.0.0.1', port: sentinel.port }];
    const options = { leaseMs: 60_000, commandTimeoutMs: 1_000, operationTimeoutMs: 20_000 };
    const manager = new RedisQueueManager({ sentinels, name: 'checkmend' }, options);
    onTestFinished(() => manager.close());
    await manager.sendMessage(Q, message('held'));
    const held = await take(manager);
    await replicated(master, replica);
    const waiting = manager.exchange(Q, { want: 1, waitMs: 30_000 });
    await master.kill();
    const sent = manager.sendMessage(Q, message('first'));
    const promoted = new Redis(replica.url);
    onTestFinished(() => promoted.disconnect());
    await eventually(async () => String(await promoted.info('replication')).includes('role:master'), 20_000);
    await eventually(async () => (await sentinel.masterPort()) === replica.port, 20_000);
    const sinceBack = startStopwatch();
    const [{ messages }, result] = await Promise.all([waiting, sent]);
    expect(sinceBack.elapsedMs()).toBeLessThan(2_000);
    expect(messages.map((it) => it.message.id)).toEqual(['first']);
    expect(result).toBe('queued');
    expect(await manager.ackMessage(held.lease)).toBe('ok');
  });
});
