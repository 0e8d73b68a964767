import {
  createMessage,
  MemoryQueueManager,
  MemorySlotStore,
  type QueueManager,
  RedisQueueManager,
  RedisSlotStore,
  type SlotStore,
  SqliteQueueManager,
  SqliteSlotStore,
  type WorkerMessage,
} from 'checkmend';
import { startRedis } from '../support/redis/server.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

/** What an example runs on. */
export interface Stage extends AsyncDisposable {
  readonly queues: QueueManager;
  readonly slotStore: SlotStore;
}

async function memory(): Promise<Stage> {
  const queues = new MemoryQueueManager();
  return { queues, slotStore: new MemorySlotStore(), [Symbol.asyncDispose]: () => queues.close() };
}

async function sqlite(): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(temporaryFolder());
  const queues = stack.adopt(await SqliteQueueManager.open(`${path}/queue.db`), (it) => it.close());
  const slotStore = stack.adopt(await SqliteSlotStore.open(`${path}/queue.db`), (it) => it.close());
  return { queues, slotStore, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function redis(): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const { url } = stack.adopt(await startRedis(), (server) => server.stop());
  const queues = stack.adopt(new RedisQueueManager({ url }), (it) => it.close());
  const slotStore = stack.adopt(new RedisSlotStore({ url }), (it) => it.close());
  return { queues, slotStore, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Every backend, for `describe.each`. */
export const BACKENDS = [
  ['memory', memory],
  ['SQLite', sqlite],
  ['Redis', redis],
] as const;

export function message(id: string, type: string, payload: WorkerMessage['payload']): WorkerMessage {
  return createMessage({ id, type, payload, timestamp: 1_000_000 });
}

/** Resolves when a queue has nothing to do; fails after ten seconds. */
export async function drained(queues: QueueManager, queue: string): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    const { ready, delayed, inFlight } = await queues.getQueueStats(queue);
    if (ready + delayed + inFlight === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${queue} is not drained`);
}
