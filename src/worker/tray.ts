import type { Lease, LeasedMessage } from '../queue/types.ts';

interface Entry {
  readonly leased: LeasedMessage;
  /** Monotonic milliseconds. */
  readonly since: number;
}

/**
 * Messages in hand that no handler has been started for: a batch that fills, or a slot that is waited for.
 * An array and no map: a map that fills and empties leaves a chain of dead tables, each with the messages that it
 * had, which the collector takes for alive until a full collection.
 */
export class Tray {
  readonly #entries: Entry[] = [];
  /** Those before it are taken. */
  #first = 0;

  get size(): number {
    return this.#entries.length - this.#first;
  }

  /** How long the oldest has been here, in milliseconds; minus infinity if empty. */
  age(now: number): number {
    return now - (this.#entries[this.#first]?.since ?? Number.POSITIVE_INFINITY);
  }

  add(messages: readonly LeasedMessage[], now: number): void {
    this.#entries.splice(0, this.#first);
    this.#first = 0;
    for (const leased of messages) this.#entries.push({ leased, since: now });
  }

  /** Takes out up to `count`, in the order in which they came. */
  take(count: number): LeasedMessage[] {
    const until = Math.min(this.#entries.length, this.#first + count);
    const taken = this.#entries.slice(this.#first, until).map(({ leased }) => leased);
    this.#first = until;
    if (this.size === 0) this.#entries.length = this.#first = 0;
    return taken;
  }

  /** Forgets one. */
  remove(lease: Lease): void {
    const at = this.#entries.findIndex(({ leased }, i) => i >= this.#first && isSame(leased.lease, lease));
    if (at >= 0) this.#entries.splice(at, 1);
  }
}

/** Whether two are one lease; there may be more than one of a message. */
export function isSame(one: Lease, other: Lease): boolean {
  return one.token === other.token && one.id === other.id && one.queue === other.queue;
}
