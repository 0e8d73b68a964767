import { ManualClock } from '../../../src/manual-clock.ts';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import { temporaryDirectory } from '../../sqlite/temporary.ts';
import type { QueueHarness } from './harness.ts';

/** Queues in a file, on a clock that only tests move. */
export const sqliteHarness: QueueHarness = {
  name: 'sqlite',
  clockToleranceMs: 0,
  async create(options) {
    const clock = new ManualClock();
    const directory = temporaryDirectory();
    const managers: SqliteQueueManager[] = [];
    const another = async () => {
      const manager = await SqliteQueueManager.open(directory.file('queue.db'), { ...options, clock });
      managers.push(manager);
      return manager;
    };
    const manager = await another();
    /** Resolves when the writer thread has answered everything that it was asked before. */
    const answered = () => manager.deadLetters.discard('none', { ids: [] });
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
        directory.remove();
        if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers are left`);
      },
    };
  },
};
