import type { Entry } from './entry.ts';

interface Turn {
  endedAt: number;
  /** By how much earlier it may have ended. */
  slackMs: number;
  number: number;
}

/** Who comes before whom: ageing, and the turns of groups. */
export class OracleGroups {
  readonly #agingMs: number;
  /** Ranks that differ by no more than this may come in any order. */
  readonly toleranceMs: number;
  readonly #turns = new Map<string, Turn>();
  #count = 0;
  #slackMs = 0;

  constructor(agingMs: number, toleranceMs: number) {
    this.#agingMs = agingMs;
    this.toleranceMs = toleranceMs;
  }

  turnEnded(group: string, now: number): void {
    this.#turns.set(group, { endedAt: now, slackMs: this.#slackMs, number: ++this.#count });
  }

  /** Turns that end while `work` runs end some time in the last `slackMs`, in any order. */
  sometime(slackMs: number, work: () => void): void {
    this.#slackMs = slackMs;
    work();
    this.#slackMs = 0;
  }

  /** A group without any message is forgotten. */
  forgetUnless(isThere: (group: string) => boolean): void {
    for (const group of this.#turns.keys()) if (!isThere(group)) this.#turns.delete(group);
  }

  /** Whether one message of a group must be taken before another of it. */
  isAhead(one: Entry, other: Entry): boolean {
    const difference = this.#score(one) - this.#score(other);
    if (one.priority === other.priority) return one.seq < other.seq;
    return (
      difference < -this.toleranceMs || (this.toleranceMs === 0 && difference === 0 && one.seq < other.seq)
    );
  }

  /** Whether `one` must be taken before `other`. */
  comesBefore(one: Entry, other: Entry): boolean {
    const [left, right] = [this.#turn(one), this.#turn(other)];
    const difference = this.#rank(one, left) - this.#rank(other, right);
    const slackMs = this.toleranceMs + left.slackMs + right.slackMs;
    if (slackMs > 0) {
      if (one.group === undefined && other.group === undefined && one.priority === other.priority) {
        return one.seq < other.seq;
      }
      return difference < -slackMs;
    }
    if (difference !== 0) return difference < 0;
    return left.number === right.number ? one.seq < other.seq : left.number < right.number;
  }

  #score(entry: Entry): number {
    return entry.sentAt - entry.priority * this.#agingMs;
  }

  #rank(entry: Entry, turn: Turn): number {
    return Math.max(entry.sentAt, turn.endedAt) - entry.priority * this.#agingMs;
  }

  #turn(entry: Entry): Turn {
    const turn = entry.group === undefined ? undefined : this.#turns.get(entry.group);
    return turn ?? { endedAt: 0, slackMs: 0, number: 0 };
  }
}
