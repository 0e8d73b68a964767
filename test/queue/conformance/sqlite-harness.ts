import { ManualClock } from '../../../src/manual-clock.ts';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import { SqliteDatabase } from '../../../src/sqlite/database.ts';
import { temporaryDirectory } from '../../sqlite/temporary.ts';
import type { QueueHarness } from './harness.ts';

const TABLES = ['queue_queues', 'queue_messages', 'queue_groups', 'queue_sessions', 'queue_letters'];

/** A harness with a file of its own, which stays open between fixtures: starting its thread is slow. */
export interface SqliteHarness extends QueueHarness {
  close(): Promise<void>;
}

/** Queues in a file, on a clock that only tests move. */
export function sqliteHarness(): SqliteHarness {
  const directory = temporaryDirectory();
  const path = directory.file('queue.db');
  let database: Promise<SqliteDatabase> | undefined;
  return {
    name: 'sqlite',
    clockToleranceMs: 0,
    async create(options) {
      database ??= SqliteDatabase.open(path);
      const clock = new ManualClock();
      const managers: SqliteQueueManager[] = [];
      const another = async () => {
        const manager = await SqliteQueueManager.open(path, { ...options, clock });
        managers.push(manager);
        return manager;
      };
      const manager = await another();
      /** Resolves when the writer thread has answered everything that it was asked before. */
      const answered = async () => void (await (await database)?.batch([]));
      return {
        manager,
        another,
        crash: async (crashed) => {
          await managers.find((it) => it === crashed)?.abandon();
        },
        now: () => clock.now(),
        advance: async (ms) => {
          await answered();
          await clock.advance(ms);
          await answered();
        },
        close: async () => {
          await Promise.all(managers.map((it) => it.close()));
          await (await database)?.batch(TABLES.map((table) => ({ sql: `DELETE FROM ${table}` })));
          if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers are left`);
        },
      };
    },
    close: async () => {
      await (await database)?.close();
      directory.remove();
    },
  };
}
