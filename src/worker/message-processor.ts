import type { WorkerMessage } from '../messages/worker-message.ts';
import { BaseWorker } from './base-worker.ts';
import type { WorkerContext } from './context.ts';
import { type HandlerResult, unknownType } from './message-handlers.ts';
import type { WorkerOptions } from './options.ts';

/** One link of a {@link ProcessorChain}. */
export interface MessageProcessor {
  /** Whether this one takes the message. Pure; must not throw. */
  canProcess(message: WorkerMessage): boolean;
  /** May throw, or reject. */
  process(message: WorkerMessage, context: WorkerContext): HandlerResult | Promise<HandlerResult>;
}

/** Processors in the order in which they were added: the first that takes a message gets it. A chain may be a link. */
export class ProcessorChain implements MessageProcessor {
  readonly #processors: MessageProcessor[] = [];

  constructor(...processors: readonly MessageProcessor[]) {
    this.#processors.push(...processors);
  }

  /** Adds one at the end. */
  use(processor: MessageProcessor): this {
    this.#processors.push(processor);
    return this;
  }

  canProcess(message: WorkerMessage): boolean {
    return this.#processors.some((processor) => processor.canProcess(message));
  }

  /** A message that no link takes is dead, with the reason `unknown_type`. */
  process(message: WorkerMessage, context: WorkerContext): HandlerResult | Promise<HandlerResult> {
    const taker = this.#processors.find((processor) => processor.canProcess(message));
    if (taker) return taker.process(message, context);
    context.logger.warn('no processor takes this message');
    return unknownType(message);
  }
}

/** A worker that has its messages processed by a chain, or by a single processor. */
export class ProcessorWorker extends BaseWorker {
  readonly #processor: MessageProcessor;

  constructor(options: WorkerOptions, processor: MessageProcessor) {
    super(options);
    this.#processor = processor instanceof ProcessorChain ? processor : new ProcessorChain(processor);
  }

  protected override processMessage(
    message: WorkerMessage,
    context: WorkerContext,
  ): HandlerResult | Promise<HandlerResult> {
    return this.#processor.process(message, context);
  }
}
