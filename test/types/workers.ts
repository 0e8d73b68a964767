/**
 * Compile-only, by `npm run typecheck`: each line under `@ts-expect-error` is a mistake that a user could make, and that
 * must not compile. One that compiles is an error, as the directive is then unused.
 */
import {
  type BatchContext,
  BatchWorker,
  ConfigurableWorker,
  dead,
  done,
  EventWorker,
  MemorySlotStore,
  MessageHandlers,
  type Outcome,
  type QueueManager,
  retry,
  type ScheduledTick,
  ScheduledWorker,
  snooze,
  WorkerManager,
  type WorkerMessage,
  type WorkerObserver,
} from 'checkmend';

declare const queues: QueueManager;

type Messages = { greet: { name: string }; count: { upTo: number } };

const worker = new EventWorker<Messages>({ name: 'w', queue: 'q', queues });

// A handler gets the payload of its type.
worker.registerHandler('greet', ({ payload }) => payload.name.length > 0);
worker.registerHandler('count', async ({ payload, type }, { signal, attempt }) => {
  signal.throwIfAborted();
  const kind: 'count' = type;
  return payload.upTo > attempt && kind === 'count' ? done : retry(undefined, 500);
});
// @ts-expect-error the payload of another type
worker.registerHandler('greet', ({ payload }) => payload.upTo > 0);
// @ts-expect-error a type that the map does not have
worker.registerHandler('shout', () => true);
// @ts-expect-error no outcome
worker.registerHandler('greet', () => 'done');
// @ts-expect-error an answer that was forgotten
worker.registerHandler('greet', async () => {});
worker.registerHandler('greet', (message) => {
  // @ts-expect-error a message is not changed
  message.retryCount = 0;
  return true;
});
new MessageHandlers<Messages>().register('count', ({ payload }) => payload.upTo > 0);
// @ts-expect-error a type that the map does not have, also beside a worker
new MessageHandlers<Messages>().register('shout', () => true);

// What a worker needs, it has to be given.
// @ts-expect-error no queues
new EventWorker({ name: 'w', queue: 'q' });
// @ts-expect-error no name
new EventWorker({ queue: 'q', queues });
// @ts-expect-error an option that there is not
new EventWorker({ name: 'w', queue: 'q', queues, retries: 3 });
// @ts-expect-error a time in words
new EventWorker({ name: 'w', queue: 'q', queues, timeoutMs: '10 s' });

// The outcomes are a closed union.
const outcomes: Outcome[] = [done, retry(new Error('again')), dead('no use'), snooze(1000)];
// @ts-expect-error an outcome that there is not
outcomes.push({ kind: 'later' });
// @ts-expect-error dead without a reason
outcomes.push({ kind: 'dead' });
// @ts-expect-error a snooze without an end
outcomes.push(snooze());

// @ts-expect-error a batch worker without processBatch
export class NoBatch extends BatchWorker {}

export class Batch extends BatchWorker {
  protected override async processBatch(messages: readonly WorkerMessage[], { contexts }: BatchContext) {
    return messages.map((_, index) => contexts[index]?.attempt === 1 || new Error('too late'));
  }
}

export class WrongBatch extends BatchWorker {
  // @ts-expect-error results that are none
  protected override async processBatch(messages: readonly WorkerMessage[]) {
    return messages.map(({ id }) => id);
  }
}

export class Nightly extends ScheduledWorker {
  protected override async runTick({ slot, signal }: ScheduledTick): Promise<void> {
    signal.throwIfAborted();
    slot.toFixed();
  }
}
new Nightly({ name: 'n', schedule: { cron: '0 2 * * *' }, slotStore: new MemorySlotStore() });
// @ts-expect-error no place where ticks are claimed
new Nightly({ name: 'n', schedule: { everyMs: 300_000 } });
// @ts-expect-error neither an interval nor a cron expression
new Nightly({ name: 'n', schedule: {}, slotStore: new MemorySlotStore() });

export class Configured extends ConfigurableWorker {
  protected override processMessage(): boolean {
    return true;
  }
}
new Configured({ name: 'c', queue: 'q', queues, config: { maxConcurrentMessages: 3 } });
// @ts-expect-error a setting that there is not
new Configured({ name: 'c', queue: 'q', queues, config: { maxMessages: 3 } });
// @ts-expect-error what the settings say is no option
new Configured({ name: 'c', queue: 'q', queues, concurrency: 3 });

// A manager takes workers, and nothing else.
new WorkerManager().register(worker);
// @ts-expect-error no worker
new WorkerManager().register({ name: 'w', start() {} });

// An observer may leave out what it does not care for, and gets what there is.
export const observer: WorkerObserver = { retried: (name, { id }, delayMs) => [name, id, delayMs.toFixed()] };
// @ts-expect-error nothing is told under this name
export const deaf: WorkerObserver = { finished: () => undefined };
