import { elect, endRun } from './groups.ts';
import { STATE } from './schema.ts';
import type { MessageRow, QueueRow } from './statements.ts';
import type { Transition } from './transition.ts';

/** A message just became ready: counts it and lets its group choose. The row has its state already. */
export function becameReady(it: Transition, queue: QueueRow, group: string | null): void {
  queue.ready++;
  it.woken.add(queue.name);
  if (group !== null) elect(it, queue, group);
}

/** Puts a message that waits or comes back where its due time says. */
export function place(
  it: Transition,
  queue: QueueRow,
  message: MessageRow,
  dueAt: number,
  retries: number,
): void {
  const ready = dueAt <= it.now;
  it.sql.putBack.run(ready ? STATE.ready : STATE.delayed, dueAt, retries, message.seq);
  if (ready) becameReady(it, queue, message.group_key);
  else queue.delayed++;
}

/** Gives a leased message back, to be taken again after `delayMs`. */
export function giveBack(
  it: Transition,
  message: MessageRow,
  delayMs: number,
  retries = message.retries,
): void {
  const queue = it.queueById(message.queue);
  queue.in_flight--;
  queue.bytes += message.bytes;
  place(it, queue, message, it.now + delayMs, retries);
  if (message.group_key === null) return;
  endRun(it, queue, message.group_key, false);
  it.woken.add(queue.name);
}

/** Ends the run of a leased message for good: done, or dead. Its follow-up takes its id. */
export function finish(it: Transition, message: MessageRow): void {
  const queue = it.queueById(message.queue);
  queue.in_flight--;
  it.sql.deleteMessage.run(message.seq);
  const followUp = it.sql.followUp.get(queue.id, message.id);
  if (followUp) {
    queue.ready--;
    place(it, queue, followUp, followUp.due_at, followUp.retries);
  }
  if (message.group_key === null) return;
  endRun(it, queue, message.group_key, true);
  it.woken.add(queue.name);
}

/** Writes the dead letter of a message; the newest of an id stands. */
export function bury(it: Transition, message: MessageRow, attempts: number, error: string): void {
  const queue = it.queueById(message.queue);
  if (it.sql.deleteLetter.run(queue.id, message.id).changes === 0) queue.dead++;
  it.sql.insertLetter.run(it.ticket(queue), attempts, error, it.now, message.seq);
}

/** An attempt failed: the message waits again with one retry more, or is dead. */
export function fail(it: Transition, message: MessageRow, delayMs: number, error: string): void {
  if (message.retries < message.max_retries) {
    giveBack(it, message, delayMs, message.retries + 1);
    return;
  }
  bury(it, message, message.retries + 1, error);
  finish(it, message);
}

/** Makes up to `limit` messages ready that are due. */
export function promote(it: Transition, queue: QueueRow, limit: number): void {
  if (queue.delayed === 0) return;
  for (const message of it.sql.due.all(queue.id, it.now, limit)) {
    queue.delayed--;
    it.sql.setState.run(STATE.ready, message.seq);
    becameReady(it, queue, message.group_key);
  }
}
