import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { ManualClock } from '../../../src/manual-clock.ts';
import { RedisQueueManager } from '../../../src/queue/redis.ts';
import type { QueueManagerOptions } from '../../../src/queue/types.ts';
import type { QueueFixture, QueueHarness } from '../conformance/harness.ts';

const LEASE_DEFAULT_MS = 30_000;

/** Redis queues whose time stands still until it is moved: both the managers' clock and the scripts go by it. */
export function redisHarness(url: () => string): QueueHarness {
  return {
    name: 'redis',
    clockToleranceMs: 0,
    create: async (options = {}) => new RedisFixture(url(), options),
  };
}

class RedisFixture implements QueueFixture {
  readonly manager: RedisQueueManager;
  readonly #url: string;
  readonly #options: QueueManagerOptions;
  readonly #clock = new ManualClock();
  readonly #prefix = `test-${randomUUID()}`;
  readonly #client: Redis;
  readonly #managers = new Set<RedisQueueManager>();

  constructor(url: string, options: QueueManagerOptions) {
    this.#url = url;
    this.#options = options;
    this.#client = new Redis(url);
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

  readonly close = async (): Promise<void> => {
    for (const manager of this.#managers) await manager.close();
    const keys = await this.#client.keys(`${this.#prefix}:*`);
    if (keys.length > 0) await this.#client.del(keys);
    this.#client.disconnect();
  };

  /** What idle workers do: a step recovers leases that have lapsed. */
  async #lookAtQueues(): Promise<void> {
    const [manager] = this.#managers;
    for (const key of await this.#client.keys(`${this.#prefix}:*:meta`)) {
      const queue = /\{(.*)\}/.exec(key)?.[1];
      if (queue !== undefined) await manager?.exchange(decodeURIComponent(queue), {});
    }
  }

  #create(): RedisQueueManager {
    const manager = new RedisQueueManager(
      { url: this.#url },
      {
        ...this.#options,
        clock: this.#clock,
        prefix: this.#prefix,
        testServerTimeMs: () => this.#clock.now(),
      },
    );
    this.#managers.add(manager);
    return manager;
  }
}
