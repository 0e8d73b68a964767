import type { EngineLimits, SendReply } from '../engine.ts';
import type { Envelope } from '../envelope.ts';
import { elect } from './groups.ts';
import { becameReady } from './moves.ts';
import { STATE } from './schema.ts';
import type { MessageRow, QueueRow } from './statements.ts';
import type { Transition } from './transition.ts';

/** Stores envelopes; answers a result for each. */
export function send(
  it: Transition,
  name: string,
  envelopes: readonly Envelope[],
  limits: EngineLimits,
): SendReply {
  const queue = it.queue(name);
  const results = envelopes.map((envelope) => sendOne(it, queue, envelope, limits));
  return { now: it.now, results, wake: it.woken.has(name) };
}

/** Stores one message, or the newer content of one that waits. */
export function sendOne(
  it: Transition,
  queue: QueueRow,
  envelope: Envelope,
  limits: EngineLimits,
): 'queued' | 'coalesced' | 'full' {
  const [current, followUp] = it.sql.messagesById.all(queue.id, envelope.id);
  const waiting = followUp ?? (current?.state === STATE.inFlight ? undefined : current);
  if (waiting) {
    replace(it, queue, waiting, envelope);
    return 'coalesced';
  }
  if (!current && isFull(queue, envelope, limits)) return 'full';
  insert(it, queue, envelope, current !== undefined);
  return 'queued';
}

function insert(it: Transition, queue: QueueRow, envelope: Envelope, isFollowUp: boolean): void {
  const delayed = envelope.delayMs > 0;
  const waitState = delayed ? STATE.delayed : STATE.ready;
  it.sql.insertMessage.run(
    queue.id,
    envelope.id,
    isFollowUp ? STATE.followUp : waitState,
    it.now,
    it.now - envelope.weight,
    it.now + envelope.delayMs,
    envelope.expiresAt,
    envelope.group,
    envelope.retries,
    envelope.maxRetries,
    envelope.bytes,
    envelope.body,
  );
  queue.bytes += envelope.bytes;
  if (isFollowUp) queue.ready++;
  else if (delayed) queue.delayed++;
  else becameReady(it, queue, envelope.group);
}

function replace(it: Transition, queue: QueueRow, message: MessageRow, envelope: Envelope): void {
  const { expiresAt, group, retries, maxRetries, bytes, body } = envelope;
  it.sql.replaceMessage.run(expiresAt, group, retries, maxRetries, bytes, body, message.seq);
  queue.bytes += bytes - message.bytes;
  if (message.group_key === group) return;
  for (const name of [message.group_key, group]) if (name !== null) elect(it, queue, name);
  it.woken.add(queue.name);
}

function isFull(queue: QueueRow, envelope: Envelope, { maxLength, maxBytes }: EngineLimits): boolean {
  if (maxLength > 0 && queue.ready + queue.delayed >= maxLength) return true;
  return maxBytes > 0 && queue.bytes + envelope.bytes > maxBytes;
}
