import type { JsonObject } from '../../../src/messages/json.ts';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import {
  BaseWorker,
  type BatchContext,
  BatchWorker,
  ConcurrentWorker,
  ConfigurableWorker,
  EventWorker,
  type HandlerResult,
  OptimizedBatchWorker,
  ProcessorWorker,
  RetryableWorker,
  type WorkerContext,
  type WorkerOptions,
} from '../../../src/worker/index.ts';

/** What a worker does with a message. */
export type Work = (message: WorkerMessage, context: WorkerContext) => Promise<HandlerResult>;

type Constructor = abstract new (options: WorkerOptions) => BaseWorker;

/** A kind whose messages are worked on one by one. */
function single(Kind: Constructor) {
  return (options: WorkerOptions, work: Work): BaseWorker => {
    class Worker extends Kind {
      protected override processMessage(message: WorkerMessage, context: WorkerContext) {
        return work(message, context);
      }
    }
    return new Worker(options);
  };
}

/** Each message is settled by itself. */
class PromisingBatch extends BatchWorker {
  readonly #work: Work;

  constructor(options: WorkerOptions, work: Work) {
    super({ ...options, batchSize: 4, maxWaitMs: 50, slotPer: 'message' });
    this.#work = work;
  }

  protected override async processBatch(messages: readonly WorkerMessage[], { contexts }: BatchContext) {
    return contexts.map((context, index) => this.#work(messages[index] as WorkerMessage, context));
  }
}

/** All are settled when the last has ended. */
class WholeBatch extends OptimizedBatchWorker {
  readonly #work: Work;

  constructor(options: WorkerOptions, work: Work) {
    super({ ...options, maxWaitMs: 0 });
    this.#work = work;
  }

  protected override async processBatch(messages: readonly WorkerMessage[], { contexts }: BatchContext) {
    const ends = contexts.map((context, index) => this.#work(messages[index] as WorkerMessage, context));
    const settled = await Promise.allSettled(ends);
    return settled.map((it) => (it.status === 'fulfilled' ? it.value : (it.reason as Error)));
  }
}

/** Every kind of worker that takes messages, made to do `work`. */
export const KINDS: Readonly<Record<string, (options: WorkerOptions, work: Work) => BaseWorker>> = {
  BaseWorker: single(BaseWorker),
  ConcurrentWorker: single(ConcurrentWorker),
  RetryableWorker: single(RetryableWorker),
  EventWorker: (options, work) =>
    new EventWorker<{ greet: JsonObject }>(options).registerHandler('greet', work),
  ProcessorWorker: (options, work) => new ProcessorWorker(options, { canProcess: () => true, process: work }),
  BatchWorker: (options, work) => new PromisingBatch(options, work),
  OptimizedBatchWorker: (options, work) => new WholeBatch(options, work),
  ConfigurableWorker: ({ concurrency: _, ...options }, work) => {
    class Worker extends ConfigurableWorker {
      protected override processMessage(message: WorkerMessage, context: WorkerContext) {
        return work(message, context);
      }
    }
    return new Worker({ ...options, config: { maxConcurrentMessages: 2, gracefulShutdownTimeoutMs: 100 } });
  },
};
