/** A place in the line for slots, from {@link SlotPool.join} to `leave`. */
export interface SlotTicket {
  /** Slots that it could take now; 0 puts it in line, so that it is rung when one is free. */
  available(): number;
  /** Takes up to `want` slots; answers how many. 0 puts it in line. */
  take(want: number): number;
  give(count: number): void;
  /** Steps out of the line: there is nothing to take a slot for. */
  stepOut(): void;
  /** Gives everything back. Idempotent. */
  leave(): void;
}

interface Member {
  readonly priority: number;
  readonly ring: () => void;
  held: number;
  inLine: boolean;
}

/**
 * Slots of a process that its workers draw from by priority: a message is worked on only while its worker holds
 * a slot. Whoever is in line with a higher priority is served first; one slot is kept for the lowest priority
 * that has joined, so that it is never shut out. With one slot in all, or one priority, nothing is kept.
 */
export class SlotPool {
  readonly size: number;
  readonly #members = new Set<Member>();

  /** @param size slots, 1..1024 @throws RangeError */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1 || size > 1024) {
      throw new RangeError(`size must be an integer of 1..1024, got ${size}`);
    }
    this.size = size;
  }

  /** Slots in use. */
  get used(): number {
    return [...this.#members].reduce((sum, { held }) => sum + held, 0);
  }

  /**
   * A place for one worker.
   * @param priority higher is served first
   * @param ring called when a slot is free for a ticket in line
   */
  join(priority: number, ring: () => void): SlotTicket {
    const member: Member = { priority, ring, held: 0, inLine: false };
    this.#members.add(member);
    return {
      available: () => this.#ask(member, 0).free,
      take: (want) => this.#ask(member, want).taken,
      give: (count) => {
        member.held = Math.max(0, member.held - count);
        this.#ringNext();
      },
      stepOut: () => {
        if (!member.inLine) return;
        member.inLine = false;
        this.#ringNext();
      },
      leave: () => {
        if (this.#members.delete(member)) this.#ringNext();
      },
    };
  }

  #ask(member: Member, want: number): { free: number; taken: number } {
    const free = this.#freeFor(member);
    const leavesLine = member.inLine && free > 0;
    member.inLine = free === 0;
    const taken = Math.min(want, free);
    member.held += taken;
    // Those behind it waited for it; if it takes nothing, nobody else would ring them.
    if (leavesLine) this.#ringNext();
    return { free, taken };
  }

  #freeFor({ priority }: Member): number {
    const members = [...this.#members];
    const lowest = Math.min(...members.map((it) => it.priority));
    const heldBy = (test: (it: Member) => boolean) =>
      members.filter(test).reduce((sum, { held }) => sum + held, 0);
    const ahead = members.filter((it) => it.inLine && it.priority > priority).length;
    const free = this.size - heldBy(() => true);
    if (priority === lowest) {
      // Those ahead cannot have the kept slot.
      const kept = this.#kept(members) > heldBy((it) => it.priority === lowest) ? 1 : 0;
      return Math.max(0, Math.max(free - ahead, Math.min(free, kept)));
    }
    const limit = this.size - this.#kept(members) - heldBy((it) => it.priority !== lowest);
    return Math.max(0, Math.min(free, limit) - ahead);
  }

  /** Slots that only the lowest priority may use. */
  #kept(members: readonly Member[]): number {
    const priorities = new Set(members.map((it) => it.priority));
    return this.size > 1 && priorities.size > 1 ? 1 : 0;
  }

  /** Rings those in line that could take a slot now, highest priority first. */
  #ringNext(): void {
    const line = [...this.#members].filter((it) => it.inLine).sort((a, b) => b.priority - a.priority);
    for (const member of line) if (this.#freeFor(member) > 0) member.ring();
  }
}
