import { randomUUID } from 'node:crypto';
import type { RedisTarget } from '../../queue/redis/client.ts';
import { RedisConnection } from '../../queue/redis/connection.ts';
import { type RedisQueueOptions, resolveRedisOptions } from '../../queue/redis/options.ts';
import type { SlotStore } from '../slot-store.ts';

/** Options of {@link RedisSlotStore}. */
export type RedisSlotOptions = Pick<
  RedisQueueOptions,
  'prefix' | 'commandTimeoutMs' | 'operationTimeoutMs' | 'clock' | 'logger'
>;

/**
 * KEYS[1]: HASH of schedule to `<slot> <mark of the claim>`. ARGV: schedule, slot, mark.
 * Answers 1 if the slot is later than the last one, or was claimed by this very call, sent again; else 0.
 */
const CLAIM = `
local slot, mark = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%S+) (%S+)$')
if slot and tonumber(slot) >= tonumber(ARGV[2]) then
  return mark == ARGV[3] and 1 or 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
return 1`;

/** Slots on Redis >= 7.0, for all processes that share the server and the prefix. Connects with the first claim. */
export class RedisSlotStore implements SlotStore {
  readonly #connection: RedisConnection;
  readonly #key: string;

  /** @throws ConfigError for options out of range */
  constructor(target: RedisTarget, options: RedisSlotOptions = {}) {
    const { prefix, ...settings } = resolveRedisOptions(options);
    this.#connection = new RedisConnection({ ...settings, target, name: `checkmend-slots-${randomUUID()}` });
    // No name of a queue's keys: those have braces.
    this.#key = `${encodeURIComponent(prefix)}:slots`;
  }

  /** @throws QueueError `unavailable`, `closed`; ConfigError for a server older than 7.0 */
  async claim(name: string, slot: number): Promise<boolean> {
    const mark = randomUUID();
    const answer = await this.#connection.run((client) =>
      client.call('EVAL', CLAIM, 1, this.#key, name, slot, mark),
    );
    return answer === 1;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#connection.close();
  }
}
