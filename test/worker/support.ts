import { ManualClock } from '../../src/manual-clock.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import type { QueueManager } from '../../src/queue/types.ts';
import { EventWorker, type WorkerOptions } from '../../src/worker/index.ts';

export const QUEUE = 'work';

export function message(id: string, changes: Partial<WorkerMessage> = {}): WorkerMessage {
  return {
    id,
    type: 'greet',
    payload: {},
    priority: 0,
    retryCount: 0,
    maxRetries: 3,
    timestamp: 0,
    ...changes,
  };
}

/** The same manager with some of its methods replaced. */
export function overriding(queues: QueueManager, methods: Partial<QueueManager>): QueueManager {
  return new Proxy(queues, {
    get(target, name) {
      if (name in methods) return Reflect.get(methods, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A memory queue on a clock that stands still, and workers on it; nothing may be left when it is closed. */
export class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly queues = new MemoryQueueManager({ clock: this.clock });
  readonly #workers: EventWorker[] = [];

  worker(options: Partial<WorkerOptions> = {}, queues: QueueManager = this.queues): EventWorker {
    const { clock } = this;
    const worker = new EventWorker({ name: 'w', queue: QUEUE, queues, clock, ...options });
    this.#workers.push(worker);
    return worker;
  }

  async send(...messages: WorkerMessage[]): Promise<void> {
    for (const it of messages) await this.queues.sendMessage(QUEUE, it);
  }

  async letters() {
    return (await this.queues.deadLetters.list(QUEUE)).letters;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(0)));
    await this.queues.close();
    if (this.clock.pendingTimers > 0) throw new Error(`${this.clock.pendingTimers} timers are left`);
  }
}
