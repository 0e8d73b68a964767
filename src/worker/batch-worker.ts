import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import { BaseWorker } from './base-worker.ts';
import { BatchSignal } from './batch-signal.ts';
import type { WorkerContext } from './context.ts';
import type { Execution } from './execution.ts';
import type { HandlerResult } from './message-handlers.ts';
import { type WorkerOptions, within } from './options.ts';
import type { JobSource } from './worker-loop.ts';

/** Options of {@link BatchWorker}. `concurrency` counts batches. */
export interface BatchOptions extends WorkerOptions {
  /** Most messages of a batch, 1..256; default 10. */
  batchSize?: number;
  /** Milliseconds that a batch which is not full waits for more, 0..60000; default 1000. */
  maxWaitMs?: number;
  /**
   * What takes a slot of a pool: a `batch` that is worked on as one thing (default), or each `message` of it until its
   * own result is known. Then a batch is no larger than there are slots for.
   */
  slotPer?: 'batch' | 'message';
}

/**
 * What a batch does with one of its messages, or the promise of it: each message is settled as soon as its own
 * result is known. An error means what throwing it would mean.
 */
export type BatchResult = HandlerResult | Error | Promise<HandlerResult | Error>;

/** What a batch gets beside its messages. */
export interface BatchContext {
  /**
   * Aborts once the own signal of every message whose result is not known yet has: at a timeout or a shutdown. One lost
   * lease ends no batch.
   */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of each message, in their order. */
  readonly contexts: readonly WorkerContext[];
}

/**
 * Works on messages in batches: as many as there are, up to a size and a waiting time, with a result for each.
 * A batch that throws is a failure of all of its messages; a missing result, of that message.
 */
export abstract class BatchWorker extends BaseWorker {
  readonly #batchSize: number;
  readonly #maxWaitMs: number;
  readonly #slotPer: 'job' | 'message';

  /** @throws RangeError for an option out of range */
  constructor({ batchSize = 10, maxWaitMs = 1000, slotPer = 'batch', ...options }: BatchOptions) {
    super(options);
    this.#batchSize = within('batchSize', batchSize, 1, 256);
    this.#slotPer = slotPer === 'batch' ? 'job' : 'message';
    this.#maxWaitMs = within('maxWaitMs', maxWaitMs, 0, 60_000);
  }

  /** Answers a result per message, in their order. */
  protected abstract processBatch(
    messages: readonly WorkerMessage[],
    context: BatchContext,
  ): Promise<readonly BatchResult[]>;

  /** Size of the next batch. */
  get batchSize(): number {
    return this.#batchSize;
  }

  /** A batch of one. */
  protected override async processMessage(
    message: WorkerMessage,
    context: WorkerContext,
  ): Promise<HandlerResult | undefined> {
    const result = await (await this.runBatch([message], [context]))[0];
    if (result instanceof Error) throw result;
    return result;
  }

  protected override jobs(): JobSource {
    return {
      size: () => this.batchSize,
      fillMs: () => this.#maxWaitMs,
      slotPer: this.#slotPer,
      process: (executions) => this.#process(executions),
    };
  }

  /** Runs one batch. */
  protected async runBatch(
    messages: readonly WorkerMessage[],
    contexts: readonly WorkerContext[],
  ): Promise<readonly (BatchResult | undefined)[]> {
    const { clock, logger, name } = this.options;
    const common = new BatchSignal(contexts.map((context) => context.signal));
    const batchLogger = logger.child({ worker: name, messageIds: messages.map(({ id }) => id) });
    const context = { signal: common.signal, logger: batchLogger, clock, contexts };
    let results: readonly BatchResult[] = [];
    try {
      const answer = await this.processBatch(messages, context);
      if (Array.isArray(answer)) results = answer;
      return results;
    } finally {
      common.follow(results);
    }
  }

  #process(executions: readonly Execution[]): readonly Promise<unknown>[] {
    const batch = this.runBatch(
      executions.map(({ message }) => message),
      executions.map(({ context }) => context),
    );
    return executions.map(async (_, index) => {
      const result = await (await batch)[index];
      if (result instanceof Error) throw result;
      return result;
    });
  }
}
