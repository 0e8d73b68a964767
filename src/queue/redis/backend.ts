import { type Clock, sleep } from '../../clock.ts';
import { QueueError } from '../../errors.ts';
import type { RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';
import type { RedisSettings } from './options.ts';
import { callScript, type ScriptName } from './scripts.ts';

/** What the parts of one manager share. */
export interface Backend {
  readonly settings: RedisSettings;
  /** The connection for commands that do not block. */
  readonly commands: RedisConnection;
  /** Ends when the manager is closed. */
  readonly closing: AbortSignal;
  /** First argument of every script: empty but in tests. */
  readonly time: () => string;
}

/** Calls a script that may be sent twice. */
export function run(
  backend: Backend,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  return backend.commands.run((client) => script(client, backend, name, keys, args));
}

/** Calls a script on a given client. */
export function script(
  client: RedisClient,
  backend: Backend,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  return callScript(client, name, keys, [backend.time(), ...args]);
}

/** Waits for `work`, at most until `deadline` (monotonic milliseconds). @throws QueueError `unavailable` */
export async function within<T>(clock: Clock, deadline: number, work: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const late = sleep(clock, Math.max(0, deadline - clock.monotonic()), waiting.signal).then((): T => {
    throw new QueueError('unavailable', 'Redis is out of reach');
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    waiting.abort();
  }
}
