import type { Envelope } from '../envelope.ts';

/** Where a message is; a `follow_up` waits until the message of its id that is not settled is done or dead. */
export type MessageState = 'ready' | 'delayed' | 'in_flight' | 'follow_up';

/** A message in memory. */
export interface MemoryMessage {
  readonly id: string;
  readonly seq: number;
  readonly sentAt: number;
  readonly score: number;
  state: MessageState;
  /** Grows whenever the message enters or leaves a heap: entries of earlier visits are stale. */
  visit: number;
  dueAt: number;
  body: string;
  bytes: number;
  retries: number;
  maxRetries: number;
  group: string | null;
  expiresAt: number | null;
  token: number;
  session: number;
  heldUntil: number;
}

/** A new message at its place, in no state yet but `delayed`. */
export function newMessage(envelope: Envelope, seq: number, now: number): MemoryMessage {
  return {
    id: envelope.id,
    seq,
    sentAt: now,
    score: now - envelope.weight,
    state: 'delayed',
    visit: 0,
    dueAt: now + envelope.delayMs,
    token: 0,
    session: 0,
    heldUntil: 0,
    ...contentOf(envelope),
  };
}

/** What a newer message of the same id replaces. */
export function contentOf(envelope: Envelope) {
  const { body, bytes, retries, maxRetries, group, expiresAt } = envelope;
  return { body, bytes, retries, maxRetries, group, expiresAt };
}
