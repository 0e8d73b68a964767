import { ManualClock } from '../../src/manual-clock.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import type { QueueManager } from '../../src/queue/types.ts';
import { EventWorker, type ManagedWorker, type WorkerOptions } from '../../src/worker/index.ts';

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
  // Long leases: hours on this clock are not spent on heartbeats.
  readonly queues = new MemoryQueueManager({ clock: this.clock, leaseMs: 3_600_000 });
  readonly #workers: ManagedWorker[] = [];
  /** The test is over: what it made unreachable has to be there again, or leases are tried to be given back for ever. */
  ending = false;

  worker(options: Partial<WorkerOptions> = {}, queues: QueueManager = this.queues): EventWorker {
    return this.own(new EventWorker({ ...this.options(options), queues }));
  }

  /** Options of a worker on the bench. */
  options<Extra extends object>(extra?: Extra) {
    return { name: 'w', queue: QUEUE, queues: this.queues, clock: this.clock, ...(extra as Extra) };
  }

  /** Has a worker stopped at the end. */
  own<Kind extends ManagedWorker>(worker: Kind): Kind {
    this.#workers.push(worker);
    return worker;
  }

  async send(...messages: WorkerMessage[]): Promise<void> {
    for (const it of messages) await this.queues.sendMessage(QUEUE, it);
  }

  async letters() {
    return (await this.queues.deadLetters.list(QUEUE)).letters;
  }

  stats() {
    return this.queues.getQueueStats(QUEUE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending = true;
    const stopped = Promise.all(this.#workers.map((worker) => worker.stop(0)));
    // The deadline is on this clock too.
    await this.clock.advance(1);
    await stopped;
    await this.queues.close();
    if (this.clock.pendingTimers > 0) throw new Error(`${this.clock.pendingTimers} timers are left`);
  }
}

/** A handler that goes on until it is let go, and tells of every start and abort. */
export function latch() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const started: string[] = [];
  const reasons: string[] = [];
  return {
    started,
    reasons,
    letGo: resolve,
    handler: async ({ id }: { id: string }, { signal }: { signal: AbortSignal }) => {
      started.push(id);
      signal.addEventListener('abort', () => reasons.push(signal.reason.code));
      await promise;
      return true;
    },
  };
}
