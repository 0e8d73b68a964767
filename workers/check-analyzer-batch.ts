import { toError } from '../src/errors.ts';
import { type CheckAnalysisPayload, checkAnalysisPayload } from '../src/messages/payloads.ts';
import { QUEUES } from '../src/messages/queues.ts';
import type { WorkerMessage } from '../src/messages/worker-message.ts';
import { type BatchContext, type BatchResult, BatchWorker } from '../src/worker/batch-worker.ts';
import { MessageHandlers } from '../src/worker/message-handlers.ts';
import { createCheckAnalyzerHandler } from './check-analyzer.ts';
import type { WorkerDependencies, WorkerSettings } from './dependencies.ts';

/**
 * The worker of the queue `check_analyzer`. A push fails many checks at once: up to ten of them are taken in one
 * exchange with the queue, without waiting for more, and looked into side by side. Each is settled when its own
 * analysis has ended; a slow one holds up no other.
 */
export class CheckAnalyzerBatchWorker extends BatchWorker {
  readonly #handlers: MessageHandlers<{ analyze_check_failure: CheckAnalysisPayload }>;

  constructor(dependencies: WorkerDependencies, settings: WorkerSettings = {}) {
    const { queues, clock } = dependencies;
    super({
      ...settings,
      name: 'check-analyzer',
      queue: QUEUES.checkAnalyzer,
      queues,
      clock,
      maxWaitMs: 0,
      slotPer: 'message',
    });
    this.#handlers = new MessageHandlers();
    this.#handlers.register('analyze_check_failure', createCheckAnalyzerHandler(dependencies), {
      schema: checkAnalysisPayload,
    });
  }

  protected override async processBatch(
    messages: readonly WorkerMessage[],
    { contexts }: BatchContext,
  ): Promise<readonly BatchResult[]> {
    return contexts.map(async (context, index) => {
      try {
        return await this.#handlers.process(messages[index] as WorkerMessage, context);
      } catch (thrown) {
        return toError(thrown);
      }
    });
  }
}
