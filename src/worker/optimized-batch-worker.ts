import { toError } from '../errors.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import { AverageTimeRule, type BatchSizeRule } from './batch-size-rule.ts';
import { type BatchOptions, type BatchResult, BatchWorker } from './batch-worker.ts';
import type { WorkerContext } from './context.ts';

/** Durations that the rule is shown. */
const DURATIONS_KEPT = 10;

/** Options of {@link OptimizedBatchWorker}: a rule in the place of a size. */
export interface OptimizedBatchOptions extends Omit<BatchOptions, 'batchSize'> {
  /** Default: {@link AverageTimeRule} with its defaults. */
  sizeRule?: BatchSizeRule;
}

/** A batch worker whose batches grow and shrink by the time they take. */
export abstract class OptimizedBatchWorker extends BatchWorker {
  readonly #rule: BatchSizeRule;
  readonly #durations: number[] = [];
  #size: number;

  /** @throws RangeError for an option out of range */
  constructor({ sizeRule = new AverageTimeRule(), ...options }: OptimizedBatchOptions) {
    super(options);
    this.#rule = sizeRule;
    this.#size = usable(sizeRule.initial, 1);
  }

  override get batchSize(): number {
    return this.#size;
  }

  protected override async runBatch(
    messages: readonly WorkerMessage[],
    contexts: readonly WorkerContext[],
  ): Promise<readonly (BatchResult | undefined)[]> {
    const { clock } = this.options;
    const startedAt = clock.monotonic();
    const measure = () => this.#measured(clock.monotonic() - startedAt);
    try {
      const results = await super.runBatch(messages, contexts);
      // To the last of its results, for which its messages do not wait.
      void Promise.allSettled(results).then(measure);
      return results;
    } catch (thrown) {
      measure();
      throw thrown;
    }
  }

  #measured(durationMs: number): void {
    this.#durations.push(durationMs);
    if (this.#durations.length > DURATIONS_KEPT) this.#durations.shift();
    this.#size = usable(this.#next(), this.#size);
  }

  /** A rule is other people's code: one that fails must disturb neither the worker nor what the batch came to. */
  #next(): number {
    try {
      return this.#rule.next(this.#size, this.#durations);
    } catch (thrown) {
      const { logger, name } = this.options;
      logger.error({ err: toError(thrown), worker: name }, 'the size rule failed');
      return this.#size;
    }
  }
}

function usable(size: number, otherwise: number): number {
  return Number.isFinite(size) ? Math.min(256, Math.max(1, Math.round(size))) : otherwise;
}
