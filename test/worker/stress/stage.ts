import { ManualClock } from '../../../src/manual-clock.ts';
import { MemoryQueueManager, MemoryQueues } from '../../../src/queue/memory.ts';
import { SqliteQueueManager } from '../../../src/queue/sqlite.ts';
import type { QueueManager } from '../../../src/queue/types.ts';
import { SqliteDatabase } from '../../../src/sqlite/database.ts';
import { MemorySlotStore, type SlotStore, SqliteSlotStore } from '../../../src/worker/index.ts';
import { temporaryFolder } from '../../support/service/temporary-folder.ts';

/** Two processes over the same queues and slots, on a clock that only the test moves. */
export interface Stage extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly managers: readonly QueueManager[];
  readonly slotStores: readonly SlotStore[];
  /** Moves the clock, and lets the backend answer what it was asked. */
  advance(ms: number): Promise<void>;
}

async function memory(): Promise<Stage> {
  const clock = new ManualClock();
  const queues = new MemoryQueues();
  const managers = [1, 2].map(() => new MemoryQueueManager({ clock, queues }));
  const slotStore = new MemorySlotStore();
  return {
    clock,
    managers,
    slotStores: [slotStore, slotStore],
    advance: (ms) => clock.advance(ms),
    async [Symbol.asyncDispose]() {
      await Promise.all(managers.map((manager) => manager.close()));
    },
  };
}

async function sqlite(): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const clock = new ManualClock();
  const file = `${stack.use(temporaryFolder()).path}/queue.db`;
  const database = stack.adopt(await SqliteDatabase.open(file), (it) => it.close());
  const [managers, slotStores]: [QueueManager[], SqliteSlotStore[]] = [[], []];
  for (let n = 0; n < 2; n++) {
    managers.push(stack.adopt(await SqliteQueueManager.open(file, { clock }), (it) => it.close()));
    slotStores.push(stack.adopt(await SqliteSlotStore.open(file), (it) => it.close()));
  }
  return {
    clock,
    managers,
    slotStores,
    async advance(ms) {
      await database.batch([]);
      await clock.advance(ms);
      await database.batch([]);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Every backend that is stressed, and how many random lives it gets. */
export const STAGES = [
  { backend: 'memory', open: memory, runs: 25 },
  { backend: 'SQLite', open: sqlite, runs: 2 },
] as const;
