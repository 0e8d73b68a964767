import { type Candidate, compareCandidates, groupRank } from '../order.ts';
import { Heap } from './heap.ts';
import type { MemoryMessage } from './message.ts';

interface Group {
  readonly ready: Heap<Spot>;
  running: boolean;
  /** When a message of the group was last done or dead, and the number of that turn. */
  turnEndedAt: number;
  turn: number;
  /** What stands for the group in the line now. */
  standing: Standing | null;
  /** Messages of the group in any state. */
  members: number;
}

/** A place that a message had when it was put there; stale once the message left. */
interface Spot extends Candidate {
  readonly message: MemoryMessage;
  readonly visit: number;
}

interface Standing extends Spot {
  readonly group: Group | null;
}

function isCurrent({ message, visit }: Spot): boolean {
  return message.state === 'ready' && message.visit === visit;
}

/** The ready messages of a queue in the order in which they are given out; at most one of a group. */
export class Line {
  readonly #standing = new Heap<Standing>(compareCandidates);
  readonly #groups = new Map<string, Group>();
  #turns = 0;

  /** A message came to the queue, in whatever state. */
  join({ group }: MemoryMessage): void {
    if (group !== null) this.#group(group).members++;
  }

  /** A message left the queue for good. */
  quit({ group: name }: MemoryMessage): void {
    const group = name === null ? undefined : this.#groups.get(name);
    if (group && --group.members === 0 && name !== null) this.#groups.delete(name);
  }

  /** A message became ready. */
  enter(message: MemoryMessage): void {
    message.state = 'ready';
    const spot = { message, visit: ++message.visit, rank: message.score, turn: 0, seq: message.seq };
    if (message.group === null) {
      this.#standing.push({ ...spot, group: null });
      return;
    }
    const group = this.#group(message.group);
    group.ready.push(spot);
    this.#elect(group);
  }

  /** A ready message left the line without being given out. */
  leave(message: MemoryMessage): void {
    message.visit++;
    if (message.group !== null) this.#elect(this.#group(message.group));
  }

  /** Takes the first message; its group, if it has one, runs until `end`. */
  take(): MemoryMessage | null {
    const first = this.#standing.peekCurrent(
      (it) => isCurrent(it) && (!it.group || it.group.standing === it),
    );
    if (!first) return null;
    this.#standing.pop();
    first.message.visit++;
    if (first.group) {
      first.group.running = true;
      first.group.standing = null;
    }
    return first.message;
  }

  /** The run of a message's group ended. @param endedAt when, if the message is done or dead; else `null` */
  end({ group: name }: MemoryMessage, endedAt: number | null): void {
    if (name === null) return;
    const group = this.#group(name);
    group.running = false;
    if (endedAt !== null) {
      group.turnEndedAt = endedAt;
      group.turn = ++this.#turns;
    }
    this.#elect(group);
  }

  /** Lets the first ready message of a group stand for it, unless the group runs. */
  #elect(group: Group): void {
    const head = group.running ? undefined : group.ready.peekCurrent(isCurrent);
    if (!head) {
      group.standing = null;
      return;
    }
    const rank = groupRank(head.message, group.turnEndedAt);
    const { standing } = group;
    if (standing && isCurrent(standing) && standing.message === head.message && standing.rank === rank)
      return;
    group.standing = { ...head, rank, turn: group.turn, group };
    this.#standing.push(group.standing);
  }

  #group(name: string): Group {
    let group = this.#groups.get(name);
    if (!group) {
      group = {
        ready: new Heap<Spot>(compareCandidates),
        running: false,
        turnEndedAt: 0,
        turn: 0,
        standing: null,
        members: 0,
      };
      this.#groups.set(name, group);
    }
    return group;
  }
}
