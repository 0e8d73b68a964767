import type { z } from 'zod';
import { toError, ValidationError } from '../errors.ts';
import { isPlainlyWire, type WireEnvelope, wireEnvelope } from './envelope.ts';
import { SCHEMA_VERSION, type WorkerMessage } from './worker-message.ts';

/**
 * The only place that maps between {@link WorkerMessage} and the wire format: JSON text, snake_case,
 * `{ id, type, payload, priority, retry_count, max_retries, timestamp }` and the optional `correlation_id`,
 * `schema_version`, `group_key`, `expires_at`. A text without `schema_version` is of version 0.
 */
export class MessageSerializer {
  /**
   * A message as it stands on the wire.
   * @throws ValidationError with the path of the field that is out of range, in the wire's spelling
   */
  serialize(message: WorkerMessage): string {
    const wire: WireEnvelope = {
      id: message.id,
      type: message.type,
      payload: message.payload,
      priority: message.priority,
      retry_count: message.retryCount,
      max_retries: message.maxRetries,
      timestamp: message.timestamp,
      schema_version: message.schemaVersion ?? SCHEMA_VERSION,
      correlation_id: message.correlationId,
      group_key: message.groupKey,
      expires_at: message.expiresAt,
    };
    check(wire);
    return JSON.stringify(wire);
  }

  /**
   * Reads what `serialize` wrote, here or in the version before.
   * @param retryCount in place of the one that is written there
   * @throws ValidationError with the path of the bad field, or for a version that this build does not read
   */
  deserialize(text: string | Uint8Array, retryCount?: number): WorkerMessage {
    const wire = check(parseJson(typeof text === 'string' ? text : Buffer.from(text).toString()));
    const message: { -readonly [Key in keyof WorkerMessage]: WorkerMessage[Key] } = {
      id: wire.id,
      type: wire.type,
      payload: wire.payload,
      priority: wire.priority,
      retryCount: retryCount ?? wire.retry_count,
      maxRetries: wire.max_retries,
      timestamp: wire.timestamp,
      schemaVersion: SCHEMA_VERSION,
    };
    if (wire.correlation_id !== undefined) message.correlationId = wire.correlation_id;
    if (wire.group_key !== undefined) message.groupKey = wire.group_key;
    if (wire.expires_at !== undefined) message.expiresAt = wire.expires_at;
    return message;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new ValidationError('', `not JSON: ${toError(thrown).message}`, { cause: thrown });
  }
}

function check(value: unknown): z.output<typeof wireEnvelope> {
  if (isPlainlyWire(value)) return value;
  const result = wireEnvelope.safeParse(value);
  if (result.success) return result.data;
  throw validationErrorOf(result.error);
}

/** The first issue of a zod error as a {@link ValidationError}. @param prefix path in front of the issue's own */
export function validationErrorOf(error: z.ZodError, prefix = ''): ValidationError {
  const [issue] = error.issues;
  const path = [...(prefix ? [prefix] : []), ...(issue?.path ?? []).map(String)].join('.');
  return new ValidationError(path, issue?.message ?? 'invalid', { cause: error });
}
