import { SCHEMA_VERSION, type WorkerMessage } from './worker-message.ts';

/** What a new message must have; the rest is filled in. */
export type NewMessage<Type extends string, Payload extends object> = Pick<
  WorkerMessage<Type, Payload>,
  'id' | 'type' | 'payload'
> &
  Partial<WorkerMessage<Type, Payload>>;

/**
 * A message with everything that is not given filled in: priority 0, three retries, made now.
 *
 * The id is yours to give: make it of facts (what the message is about), so that the same fact twice is the same
 * message.
 */
export function createMessage<Type extends string, Payload extends object>(
  message: NewMessage<Type, Payload>,
): WorkerMessage<Type, Payload> {
  const defaults = { priority: 0, retryCount: 0, maxRetries: 3, schemaVersion: SCHEMA_VERSION };
  return { ...defaults, timestamp: Date.now(), ...message };
}
