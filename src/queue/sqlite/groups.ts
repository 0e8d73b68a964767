import { groupRank } from '../order.ts';
import type { GroupRow, QueueRow } from './statements.ts';
import type { Transition } from './transition.ts';

const FRESH: GroupRow = { running: 0, turn_ended_at: 0, turn: 0, rank: null, head: null };

/** Lets the first ready message of a group stand for it, after something changed; forgets a group without any. */
export function elect(it: Transition, queue: QueueRow, name: string): void {
  const before = it.sql.group.get(queue.id, name);
  if (!before?.running) settle(it, queue, name, before ?? FRESH, before);
}

/** The message that stands for the group was given out: the group runs until {@link endRun}. */
export function startRun(it: Transition, queue: QueueRow, name: string): void {
  const { turn_ended_at, turn } = it.sql.group.get(queue.id, name) ?? FRESH;
  it.sql.saveGroup.run(queue.id, name, 1, turn_ended_at, turn, null, null);
}

/** The run ended. @param finished the message is done or dead, so that the group has had its turn */
export function endRun(it: Transition, queue: QueueRow, name: string, finished: boolean): void {
  const group = { ...(it.sql.group.get(queue.id, name) ?? FRESH), running: 0 };
  if (finished) {
    group.turn_ended_at = it.now;
    group.turn = it.ticket(queue);
  }
  settle(it, queue, name, group);
}

function settle(it: Transition, queue: QueueRow, name: string, group: GroupRow, before?: GroupRow): void {
  const head = it.sql.groupHead.get(queue.id, name);
  if (!head && it.sql.groupMember.get(queue.id, name) === undefined) {
    it.sql.deleteGroup.run(queue.id, name);
    return;
  }
  const rank = head ? groupRank({ sentAt: head.sent_at, score: head.score }, group.turn_ended_at) : null;
  const { turn_ended_at, turn } = group;
  if (before && !before.running && before.rank === rank && before.head === (head?.seq ?? null)) return;
  it.sql.saveGroup.run(queue.id, name, 0, turn_ended_at, turn, rank, head?.seq ?? null);
}
