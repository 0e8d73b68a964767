import { QueueError, toError, ValidationError } from '../errors.ts';
import { MessageSerializer } from '../messages/message-serializer.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import { scoreOf } from './order.ts';
import type { SendItem } from './types.ts';
import { checkDelay, checkText } from './validate.ts';

/** A message in the form in which a queue keeps it. */
export interface Envelope {
  readonly id: string;
  /** The wire format; its `retry_count` is that of the send, the current one is kept beside it. */
  readonly body: string;
  /** Length of `body` in bytes of UTF-8. */
  readonly bytes: number;
  /** How much sooner than its sent time it ranks, in milliseconds: priority times ageing. */
  readonly weight: number;
  readonly delayMs: number;
  readonly retries: number;
  readonly maxRetries: number;
  readonly group: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

const serializer = new MessageSerializer();
const ID_MAX = 512;

/**
 * Makes the envelope of one send.
 *
 * @throws ValidationError for a field out of range
 * @throws QueueError `payload_too_large`
 */
export function toEnvelope(
  { message, options = {} }: SendItem,
  limits: { agingMs: number; maxMessageBytes: number },
): Envelope {
  const sent: WorkerMessage = {
    ...message,
    ...(options.groupKey !== undefined && { groupKey: options.groupKey }),
    ...(options.expiresAt !== undefined && { expiresAt: options.expiresAt }),
  };
  checkText('id', sent.id, ID_MAX);
  if (sent.groupKey !== undefined) checkText('group_key', sent.groupKey, ID_MAX);
  const body = serialize(sent);
  const bytes = Buffer.byteLength(body);
  if (bytes > limits.maxMessageBytes) {
    throw new QueueError(
      'payload_too_large',
      `message ${sent.id} has ${bytes} bytes; at most ${limits.maxMessageBytes} are allowed`,
    );
  }
  return {
    id: sent.id,
    body,
    bytes,
    weight: -scoreOf(0, sent.priority, limits.agingMs),
    delayMs: checkDelay('delayMs', options.delayMs ?? 0),
    retries: sent.retryCount,
    maxRetries: sent.maxRetries,
    group: sent.groupKey ?? null,
    expiresAt: sent.expiresAt ?? null,
  };
}

/**
 * The message of a stored body.
 *
 * @throws ValidationError if this build cannot read it
 */
export function toMessage(body: string, retries: number): WorkerMessage {
  return serializer.deserialize(body, retries);
}

/** Like {@link toMessage}; a body that cannot be read becomes the payload of a message of type `unreadable`. */
export function toMessageAnyway(id: string, body: string, retries: number): WorkerMessage {
  try {
    return toMessage(body, retries);
  } catch {
    const payload = { body };
    return { id, type: 'unreadable', payload, priority: 0, retryCount: retries, maxRetries: 0, timestamp: 0 };
  }
}

function serialize(message: WorkerMessage): string {
  try {
    return serializer.serialize(message);
  } catch (thrown) {
    if (thrown instanceof ValidationError) throw thrown;
    // JSON.stringify: a cycle, a BigInt, a toJSON that throws.
    throw new ValidationError('payload', `not JSON: ${toError(thrown).message}`, { cause: thrown });
  }
}
