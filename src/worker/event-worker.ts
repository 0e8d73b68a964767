import type { WorkerMessage } from '../messages/worker-message.ts';
import { BaseWorker } from './base-worker.ts';
import type { WorkerContext } from './context.ts';
import {
  type HandlerOptions,
  type HandlerResult,
  type MessageHandler,
  MessageHandlers,
  type MessageMap,
} from './message-handlers.ts';

/**
 * A worker with one handler per message type; types without one go to the dead letters (`unknown_type`) with a
 * warning.
 *
 * @typeParam Messages map of message type to payload
 */
export class EventWorker<
  Messages extends { [Type in keyof Messages]: object } = MessageMap,
> extends BaseWorker {
  readonly #handlers = new MessageHandlers<Messages>();

  /**
   * The work for one type; its payload is checked first where `options` has a schema.
   * @throws Error when the type has a handler already
   */
  registerHandler<Type extends keyof Messages & string>(
    type: Type,
    handler: MessageHandler<Type, Messages[Type]>,
    options: HandlerOptions<Messages[Type]> = {},
  ): this {
    this.#handlers.register(type, handler, options);
    return this;
  }

  protected override processMessage(
    message: WorkerMessage,
    context: WorkerContext,
  ): HandlerResult | Promise<HandlerResult> {
    return this.#handlers.process(message, context);
  }
}
