import type { Lease, Settlement } from '../types.ts';
import type { Backend } from './backend.ts';

/** A lease on a message that could not be read. */
export interface Unreadable {
  /** Its id is not known, as that stands in the message. */
  readonly lease: Lease;
  readonly error: unknown;
}

/** Outcomes of one queue that nobody waits for: they travel with the next step. */
export class Owed {
  readonly #backend: Backend;
  readonly #leases: string;
  readonly #outcomes: Settlement[] = [];
  readonly #unreadable: Unreadable[] = [];

  /** @param leases key of the queue's leases */
  constructor(backend: Backend, leases: string) {
    this.#backend = backend;
    this.#leases = leases;
  }

  get size(): number {
    return this.#outcomes.length + this.#unreadable.length;
  }

  add(outcomes: readonly Settlement[]): void {
    this.#outcomes.push(...outcomes);
  }

  /** They are to be dead letters, once their ids are known. */
  addUnreadable(unreadable: readonly Unreadable[]): void {
    this.#unreadable.push(...unreadable);
  }

  /** Takes up to `most` out. */
  take(most: number): Settlement[] {
    return this.#outcomes.splice(0, Math.max(0, most));
  }

  /** Asks the server for the ids of what could not be read. @throws QueueError `unavailable` */
  async identify(): Promise<void> {
    const found = this.#unreadable.splice(0);
    if (found.length === 0) return;
    try {
      const members = await this.#backend.commands.run((client) => client.zrange(this.#leases, '0', '-1'));
      const ids = new Map(members.map((member) => [Number(member.slice(0, 16)), member.slice(17)]));
      this.add(found.map(({ lease, error }) => burial({ ...lease, id: ids.get(lease.token) ?? '' }, error)));
    } catch (error) {
      this.#unreadable.push(...found);
      throw error;
    }
  }
}

function burial(lease: Lease, error: unknown): Settlement {
  const text = error instanceof Error ? error.message : String(error);
  return { lease, outcome: { kind: 'dead', error: { type: 'invalid', message: text } } };
}
