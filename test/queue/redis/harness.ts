import { randomUUID } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import { ManualClock } from '../../../src/manual-clock.ts';
import { createClient, type RedisClient } from '../../../src/queue/redis/client.ts';
import { RedisQueueManager, type RedisTarget } from '../../../src/queue/redis.ts';
import type { QueueManagerOptions } from '../../../src/queue/types.ts';
import type { QueueFixture, QueueHarness } from '../conformance/harness.ts';

const LEASE_DEFAULT_MS = 30_000;

/** Redis queues whose time stands still until it is moved: both the managers' clock and the scripts go by it. */
export function redisHarness(name: string, target: () => RedisTarget): QueueHarness {
  return {
    name,
    clockToleranceMs: 0,
    create: async (options = {}) => {
      const client = createClient(target(), 'harness', 5_000);
      client.on('error', () => undefined);
      await client.connect();
      return new RedisFixture(target(), options, client);
    },
  };
}

class RedisFixture implements QueueFixture {
  readonly manager: RedisQueueManager;
  readonly #target: RedisTarget;
  readonly #options: QueueManagerOptions;
  readonly #clock = new ManualClock();
  readonly #prefix = `test-${randomUUID()}`;
  readonly #client: RedisClient;
  readonly #managers = new Set<RedisQueueManager>();

  constructor(target: RedisTarget, options: QueueManagerOptions, client: RedisClient) {
    this.#target = target;
    this.#options = options;
    this.#client = client;
    this.manager = this.#create();
  }

  // Tests take the methods off the fixture: they are bound.
  readonly another = async (): Promise<RedisQueueManager> => this.#create();

  readonly crash = async (manager: RedisQueueManager): Promise<void> => {
    this.#managers.delete(manager);
    await manager.abandon();
  };

  readonly now = (): number => this.#clock.now();

  readonly advance = async (ms: number): Promise<void> => {
    const third = Math.max(1, Math.floor((this.#options.leaseMs ?? LEASE_DEFAULT_MS) / 3));
    for (let left = ms; left > 0; left -= third) {
      await this.#clock.advance(Math.min(left, third));
      for (const manager of this.#managers) await manager.heartbeat();
    }
    await this.#lookAtQueues();
  };

  /** What is counted by age is what is ready. */
  readonly audit = async (): Promise<void> => {
    for (const [node, keys] of await this.#keys('*:meta')) {
      for (const meta of keys) {
        const base = meta.slice(0, -'meta'.length);
        const counts = await node.zrange(`${base}age`, '0', '-1', 'WITHSCORES');
        let counted = 0;
        for (let i = 0; i < counts.length; i += 2)
          counted += Number(counts[i + 1]) - Number(counts[i]) * 2 ** 17;
        const ready = (await node.zcard(`${base}ready`)) + (await node.zcard(`${base}group-ready`));
        if (counted !== ready) throw new Error(`${counted} are counted by age, of ${ready} that are ready`);
      }
    }
  };

  readonly close = async (): Promise<void> => {
    for (const manager of this.#managers) await manager.close();
    for (const [node, keys] of await this.#keys('*')) {
      for (const key of keys) await node.del(key);
    }
    this.#client.disconnect();
  };

  /** What idle workers do: a step recovers leases that have lapsed. */
  async #lookAtQueues(): Promise<void> {
    const [manager] = this.#managers;
    for (const key of (await this.#keys('*:meta')).flatMap(([, keys]) => keys)) {
      const queue = /\{(.*)\}/.exec(key)?.[1];
      if (queue !== undefined) await manager?.exchange(decodeURIComponent(queue), {});
    }
  }

  /** The keys of this fixture, by the node that has them. */
  async #keys(pattern: string): Promise<[Redis, string[]][]> {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes('master') : [this.#client];
    return Promise.all(
      nodes.map(
        async (node): Promise<[Redis, string[]]> => [node, await node.keys(`${this.#prefix}:${pattern}`)],
      ),
    );
  }

  #create(): RedisQueueManager {
    const manager = new RedisQueueManager(this.#target, {
      ...this.#options,
      clock: this.#clock,
      prefix: this.#prefix,
      testServerTimeMs: () => this.#clock.now(),
    });
    this.#managers.add(manager);
    return manager;
  }
}
