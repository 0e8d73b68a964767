import type { LeasedMessage } from '../queue/types.ts';
import { keyOf } from './lease-key.ts';

interface Entry {
  readonly leased: LeasedMessage;
  /** Monotonic milliseconds. */
  readonly since: number;
}

/** Messages in hand that no handler has been started for: a batch that fills, or a slot that is waited for. */
export class Tray {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  /** How long the oldest has been here, in milliseconds; minus infinity if empty. */
  age(now: number): number {
    const [first] = this.#entries.values();
    return now - (first?.since ?? Number.POSITIVE_INFINITY);
  }

  add(messages: readonly LeasedMessage[], now: number): void {
    for (const leased of messages) this.#entries.set(keyOf(leased.lease), { leased, since: now });
  }

  /** Takes out up to `count`, in the order in which they came. */
  take(count: number): LeasedMessage[] {
    const taken: LeasedMessage[] = [];
    for (const [key, { leased }] of this.#entries) {
      if (taken.length >= count) break;
      this.#entries.delete(key);
      taken.push(leased);
    }
    return taken;
  }

  /** Forgets one; answers it if it was here. */
  remove(key: string): LeasedMessage | undefined {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    return entry?.leased;
  }
}
