import path from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import type { BaseConfig } from '../config/env.ts';
import type { Logger } from '../logger.ts';
import { RedisQueueManager } from '../queue/redis.ts';
import { SqliteQueueManager } from '../queue/sqlite.ts';
import type { QueueManager } from '../queue/types.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/types.ts';

/** The durable state of an installation: what all of its processes share. */
export interface State extends AsyncDisposable {
  readonly queues: QueueManager;
  readonly store: Store;
}

/** File of the embedded queue and store inside `DATA_DIR`. */
export const DATABASE_FILE = 'checkmend.db';

/** Path of the SQLite file for a configuration. */
export function databasePath(config: BaseConfig): string {
  return path.join(config.dataDir, DATABASE_FILE);
}

/**
 * Opens queues and store; nothing stays open when one of them fails.
 * @throws QueueError `unavailable` or `format_version`
 */
export async function openState(
  config: BaseConfig,
  { logger, clock = systemClock }: { logger: Logger; clock?: Clock },
): Promise<State> {
  await using opened = new AsyncDisposableStack();
  const store = opened.adopt(await openSqliteStore({ path: databasePath(config), clock }), (it) =>
    it.close(),
  );
  const queues = opened.adopt(await openQueues(config, logger, clock), (it) => it.close());
  const owned = opened.move();
  return { queues, store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function openQueues(config: BaseConfig, logger: Logger, clock: Clock): Promise<QueueManager> {
  if (config.redisUrl) return new RedisQueueManager({ url: config.redisUrl }, { logger, clock });
  return await SqliteQueueManager.open(databasePath(config), { clock });
}
