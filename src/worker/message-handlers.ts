import type { z } from 'zod';
import { PermanentError } from '../errors.ts';
import { validationErrorOf } from '../messages/message-serializer.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { WorkerContext } from './context.ts';
import { dead, type Outcome } from './outcome.ts';

/** What a handler answers; see {@link Outcome}. `true` is done, `false` a retry. */
export type HandlerResult = Outcome | boolean;

/** The work for one message type. */
export type MessageHandler<Type extends string, Payload extends object> = (
  message: WorkerMessage<Type, Payload>,
  context: WorkerContext,
) => HandlerResult | Promise<HandlerResult>;

/** Message types and their payloads. */
export type MessageMap = { [type: string]: object };

/** Options of a handler's registration. */
export interface HandlerOptions<Payload> {
  /** Checks the payload when it is read: what does not fit is a dead letter (`invalid`) that names the path. */
  schema?: z.ZodType<Payload>;
}

interface Registration {
  handler: MessageHandler<string, object>;
  schema: z.ZodType | undefined;
}

/**
 * One handler per message type. A `MessageProcessor`, so that it can be a link of a chain; `EventWorker` is a worker
 * around one.
 *
 * @typeParam Messages map of message type to payload
 */
export class MessageHandlers<Messages extends { [Type in keyof Messages]: object } = MessageMap> {
  readonly #handlers = new Map<string, Registration>();

  /** The work for one type. @throws Error when the type has a handler already */
  register<Type extends keyof Messages & string>(
    type: Type,
    handler: MessageHandler<Type, Messages[Type]>,
    { schema }: HandlerOptions<Messages[Type]> = {},
  ): this {
    if (this.#handlers.has(type)) throw new Error(`there is a handler for ${type} already`);
    this.#handlers.set(type, { handler: handler as unknown as Registration['handler'], schema });
    return this;
  }

  /** Whether the type of a message has a handler. */
  canProcess({ type }: WorkerMessage): boolean {
    return this.#handlers.has(type);
  }

  /**
   * Has the handler of its type work on a message, and answers what it answers; without one the message is dead
   * (`unknown_type`), with a warning.
   * @throws unknown what a handler throws that is no async function
   */
  process(message: WorkerMessage, context: WorkerContext): HandlerResult | Promise<HandlerResult> {
    const registration = this.#handlers.get(message.type);
    if (!registration) {
      context.logger.warn('no handler for this message type');
      return unknownType(message);
    }
    const { handler, schema } = registration;
    if (!schema) return handler(message, context);
    const parsed = schema.safeParse(message.payload);
    if (!parsed.success) {
      const error = validationErrorOf(parsed.error, 'payload');
      return dead(error.message, error);
    }
    return handler({ ...message, payload: parsed.data as object }, context);
  }
}

/** What becomes of a message that nobody takes: a dead letter with the reason `unknown_type`. */
export function unknownType({ type }: WorkerMessage): Outcome {
  const reason = `no handler for message type ${type}`;
  return dead(reason, new PermanentError('unknown_type', reason));
}
