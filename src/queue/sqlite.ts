import { type Clock, systemClock } from '../clock.ts';
import { siblingModule } from '../sibling-module.ts';
import { SqliteDatabase, type SqliteDatabaseOptions } from '../sqlite/database.ts';
import { EngineQueueManager } from './engine-manager.ts';
import { resolveQueueOptions } from './options.ts';
import { SqliteEngine, toQueueError } from './sqlite/engine.ts';
import type { QueueManagerOptions } from './types.ts';

/** Options of {@link SqliteQueueManager.open}. */
export interface SqliteQueueOptions extends QueueManagerOptions, SqliteDatabaseOptions {
  /** Where time comes from; default the machine's clock, with heartbeats from the writer thread. */
  clock?: Clock;
}

/**
 * Queues in an SQLite file: durable (`synchronous=FULL`), and shared by all processes of one machine that open
 * it. When the machine's clock is set forward by more than a lease, that may count as an attempt of what is in flight.
 */
export class SqliteQueueManager extends EngineQueueManager {
  private constructor(...parts: ConstructorParameters<typeof EngineQueueManager>) {
    super(...parts);
  }

  /**
   * Opens or creates the file and the queue's tables in it.
   *
   * @throws ConfigError for options out of range
   * @throws QueueError `format_version` if a newer build wrote the file; `unavailable` with a `DatabaseError` as
   * its cause if it cannot be opened or written
   */
  static async open(path: string, options: SqliteQueueOptions = {}): Promise<SqliteQueueManager> {
    const { clock = systemClock, busyTimeoutMs, ...rest } = options;
    const resolved = resolveQueueOptions(rest);
    let database: SqliteDatabase | undefined;
    try {
      database = await SqliteDatabase.open(path, busyTimeoutMs === undefined ? {} : { busyTimeoutMs });
      await database.extend(siblingModule(import.meta.url, './sqlite/thread'));
      return new SqliteQueueManager(new SqliteEngine(database, clock), resolved, clock);
    } catch (thrown) {
      await database?.close();
      throw toQueueError(thrown);
    }
  }
}
