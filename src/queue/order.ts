/** Default of `QueueManagerOptions.agingMs`: what one step of priority is worth in milliseconds of waiting. */
export const AGING_MS_DEFAULT = 600_000;

/**
 * Place of a message in its queue: lower is sooner, ties by sequence. As it never changes, a message that
 * waits long enough comes before every later one, whatever its priority: nothing starves.
 *
 * @param sentAt milliseconds since the epoch
 * @param agingMs what one step of priority is worth in milliseconds
 */
export function scoreOf(sentAt: number, priority: number, agingMs: number): number {
  return sentAt - priority * agingMs;
}

/** What stands in the order of a queue: a message without a group, or the first message of a group. */
export interface Candidate {
  /** {@link scoreOf} of a message without a group, {@link groupRank} of a group. */
  readonly rank: number;
  /** 0 without a group or before its first turn; else a number that grows with every turn of the queue. */
  readonly turn: number;
  /** Sequence number of the message. */
  readonly seq: number;
}

/** Negative if `left` is to be taken before `right`. */
export function compareCandidates(left: Candidate, right: Candidate): number {
  return left.rank - right.rank || left.turn - right.turn || left.seq - right.seq;
}

/**
 * Rank of a group: the score of its first message, as if that had been sent when the group's last turn ended.
 * So a busy group's next message queues up behind everything that was sent until then, at its own priority.
 *
 * @param head the group's first message by score
 * @param turnEndedAt when a message of the group was last done or dead, in milliseconds since the epoch; 0 if never
 */
export function groupRank(head: { sentAt: number; score: number }, turnEndedAt: number): number {
  return head.score + Math.max(0, turnEndedAt - head.sentAt);
}
