import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import { type RedisServer, startRedis } from './server.ts';

/** A server for tests that need nothing special: `TEST_REDIS_URL` if it is set, else a private one. */
export async function anyRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.TEST_REDIS_URL;
  if (url) return { url, stop: async () => {} };
  return startRedis();
}

/** A key prefix that no other test uses. */
export function uniquePrefix(): string {
  return `test-${randomUUID()}`;
}

/** A message with sensible fields. */
export function makeMessage(id: string, fields: Partial<WorkerMessage> = {}): WorkerMessage {
  return {
    id,
    type: 'test',
    payload: { id },
    priority: 1,
    retryCount: 0,
    maxRetries: 3,
    timestamp: 1_767_225_600_000,
    ...fields,
  };
}

/** Resolves as soon as `probe` answers something true; it is asked every 20 ms. @throws after `withinMs` */
export async function eventually<T>(
  probe: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`it did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves when the replica has every write that the master has answered so far. */
export async function replicated(master: RedisServer, replica: RedisServer): Promise<void> {
  const [from, to] = [new Redis(master.url), new Redis(replica.url)];
  const offset = async (client: Redis, field: string) =>
    Number((await client.info('replication')).match(new RegExp(`^${field}:(\\d+)`, 'm'))?.[1]);
  const written = await offset(from, 'master_repl_offset');
  await eventually(async () => (await offset(to, 'slave_repl_offset')) >= written, 20_000);
  from.disconnect();
  to.disconnect();
}
