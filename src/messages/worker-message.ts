import type { JsonObject } from './json.ts';

/** Lowest priority; a higher number is taken sooner. */
export const PRIORITY_MIN = 0;

/** Highest priority. */
export const PRIORITY_MAX = 1023;

/** Version of the wire format that this build writes; it also reads the one before. */
export const SCHEMA_VERSION = 1;

/**
 * What travels on a queue. The envelope is camelCase in TypeScript and snake_case on the wire
 * (`MessageSerializer` maps); payloads are snake_case on both sides.
 *
 * @typeParam Type name of the message type, e.g. `apply_fix`
 * @typeParam Payload JSON object; validated where it is read
 */
export interface WorkerMessage<Type extends string = string, Payload extends object = JsonObject> {
  /** Made of facts, never of the wall clock: the same event twice is the same message. 1..512 characters. */
  readonly id: string;
  readonly type: Type;
  readonly payload: Payload;
  /** Integer 0..1023; higher is sooner. */
  readonly priority: number;
  /** Failed attempts so far; integer >= 0. Only `retry` and lost leases count. */
  readonly retryCount: number;
  /** Attempts after the first before the message is dead; integer >= 0, default 3. */
  readonly maxRetries: number;
  /** When the fact happened or the message was made, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** Ties together log lines, commit trailers and audit rows: the delivery's guid. */
  readonly correlationId?: string;
  /** Wire format version; default {@link SCHEMA_VERSION}. */
  readonly schemaVersion?: number;
  /** At most one message of a group runs at a time; groups of a queue take turns. */
  readonly groupKey?: string;
  /** Milliseconds since the epoch after which the message is not started any more. */
  readonly expiresAt?: number;
}
