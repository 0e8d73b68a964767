import { MESSAGE_TTL_MS } from './queues.ts';
import { PRIORITY_MAX, PRIORITY_MIN, SCHEMA_VERSION, type WorkerMessage } from './worker-message.ts';

/** What the sender of a typed message knows beside its payload. */
export interface MessageFacts {
  /** When the fact behind it happened, in milliseconds since the epoch. */
  timestamp: number;
  /** The delivery's guid. */
  correlationId?: string;
  /** Added to the type's own priority, which stays within 0..1023; default 0. */
  priorityDelta?: number;
  /** When it was sent, in milliseconds since the epoch: it expires 24 h later. Default `timestamp`. */
  sentAt?: number;
}

/** What the typed messages have in common. */
export abstract class TypedMessage<Type extends string, Payload extends object> {
  readonly payload: Payload;
  readonly facts: MessageFacts;

  constructor(payload: Payload, facts: MessageFacts) {
    this.payload = payload;
    this.facts = facts;
  }

  abstract readonly type: Type;
  abstract readonly id: string;
  abstract readonly groupKey: string;
  /** The type's own priority. */
  protected abstract readonly basePriority: number;

  /** The envelope that goes on the queue. */
  toWorkerMessage(): WorkerMessage<Type, Payload> {
    const { timestamp, correlationId, priorityDelta = 0, sentAt = timestamp } = this.facts;
    return {
      id: this.id,
      type: this.type,
      payload: this.payload,
      priority: Math.min(PRIORITY_MAX, Math.max(PRIORITY_MIN, this.basePriority + priorityDelta)),
      retryCount: 0,
      maxRetries: 3,
      timestamp,
      schemaVersion: SCHEMA_VERSION,
      groupKey: this.groupKey,
      expiresAt: sentAt + MESSAGE_TTL_MS,
      ...(correlationId !== undefined && { correlationId }),
    };
  }
}
