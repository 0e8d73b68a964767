import { ManualClock } from '../../../src/manual-clock.ts';
import { MemoryQueueManager, MemoryQueues } from '../../../src/queue/memory.ts';
import type { QueueHarness } from './harness.ts';

/** Queues in memory, on a clock that only tests move. */
export const memoryHarness: QueueHarness = {
  name: 'memory',
  clockToleranceMs: 0,
  async create(options) {
    const clock = new ManualClock();
    const queues = new MemoryQueues();
    const managers: MemoryQueueManager[] = [];
    const another = async () => {
      const manager = new MemoryQueueManager({ ...options, clock, queues });
      managers.push(manager);
      return manager;
    };
    return {
      manager: await another(),
      another,
      crash: async (manager) => {
        await managers.find((it) => it === manager)?.abandon();
      },
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      close: async () => {
        await Promise.all(managers.map((manager) => manager.close()));
        if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers are left`);
      },
    };
  },
};
