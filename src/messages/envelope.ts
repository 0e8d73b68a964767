import { z } from 'zod';
import type { JsonObject } from './json.ts';
import { PRIORITY_MAX, PRIORITY_MIN, SCHEMA_VERSION } from './worker-message.ts';

const time = z.int().min(0);

/** Oldest version of the wire format that is still read: one back. */
const OLDEST_READ = SCHEMA_VERSION - 1;
const unread = `this build reads ${OLDEST_READ}..${SCHEMA_VERSION}`;

/** The wire format: snake_case JSON, as every queue stores it. Times are milliseconds since the epoch. */
export const wireEnvelope = z.object({
  id: z.string().min(1).max(512),
  type: z.string().min(1).max(128),
  payload: z.record(z.string(), z.unknown()).transform((value) => value as JsonObject),
  priority: z.int().min(PRIORITY_MIN).max(PRIORITY_MAX),
  retry_count: z.int().min(0),
  max_retries: z.int().min(0).max(1000),
  timestamp: time,
  correlation_id: z.string().max(256).optional(),
  schema_version: z.int().min(OLDEST_READ, unread).max(SCHEMA_VERSION, unread).optional(),
  group_key: z.string().min(1).max(512).optional(),
  expires_at: time.optional(),
});

export type WireEnvelope = z.input<typeof wireEnvelope>;

const isCount = (value: unknown, max = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
const isText = (value: unknown, max: number): boolean =>
  typeof value === 'string' && value.length >= 1 && value.length <= max;

/**
 * Whether a value is one that {@link wireEnvelope} takes as it is, in a tenth of the schema's time: queues ask it
 * twice for every message. Where it says no, the schema has the last word, and the reason.
 */
export function isPlainlyWire(value: unknown): value is WireEnvelope & { payload: JsonObject } {
  if (typeof value !== 'object' || value === null) return false;
  const it = value as Record<keyof WireEnvelope, unknown>;
  return (
    isText(it.id, 512) &&
    isText(it.type, 128) &&
    isPlainPayload(it.payload) &&
    isCount(it.priority, PRIORITY_MAX) &&
    isCount(it.retry_count) &&
    isCount(it.max_retries, 1000) &&
    isCount(it.timestamp) &&
    (it.correlation_id === undefined || it.correlation_id === '' || isText(it.correlation_id, 256)) &&
    (it.schema_version === undefined || it.schema_version === SCHEMA_VERSION) &&
    (it.group_key === undefined || isText(it.group_key, 512)) &&
    (it.expires_at === undefined || isCount(it.expires_at))
  );
}

/** The schema drops a key `__proto__`: such a payload is left to it. */
function isPlainPayload(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !Object.hasOwn(value, '__proto__');
}
