import type { Beat, SessionState } from './engine.ts';
import { LeaseBook } from './lease-book.ts';
import type { Lease, LeaseLostReason } from './types.ts';

type LostListener = (lease: Lease, reason: LeaseLostReason) => void;

/** Knows which leases a manager holds, and tells when one is lost. */
export class LeaseKeeper {
  readonly #book = new LeaseBook();
  readonly #settling = new Set<Lease>();
  readonly #listeners = new Set<LostListener>();
  readonly #holds: (leases: readonly Lease[]) => Promise<boolean[]>;

  /** @param holds asks the backend which leases are still held */
  constructor(holds: (leases: readonly Lease[]) => Promise<boolean[]>) {
    this.#holds = holds;
  }

  onLost(listener: LostListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  add(lease: Lease, session: number): void {
    this.#book.add(lease, session);
  }

  extended(lease: Lease): void {
    this.#book.extend(lease);
  }

  /** Runs a settlement: its leases are forgotten once it went through, whatever it answered. */
  async settle<Reply extends SessionState>(
    leases: readonly Lease[],
    work: () => Promise<Reply>,
  ): Promise<Reply> {
    for (const lease of leases) this.#settling.add(lease);
    try {
      const reply = await work();
      for (const lease of leases) this.#book.remove(lease);
      this.#lost(this.#book.renew(reply), 'expired');
      return reply;
    } finally {
      for (const lease of leases) this.#settling.delete(lease);
    }
  }

  /** Takes a heartbeat. One that did not come through ends the leases whose time is over. */
  beat(beat: Beat): void {
    // Without a session nothing is held: what was, has lapsed and was recovered, unless its time is not over.
    const renewed = beat.ok && beat.session > 0;
    this.#lost(renewed ? this.#book.renew(beat) : this.#book.lapsed(beat.now), 'expired');
    // Fewer are held than were given out: somebody else may have settled one.
    if (beat.ok && beat.held < this.#book.size) void this.#verify();
  }

  async #verify(): Promise<void> {
    const settling = new Set([...this.#settling].map((lease) => lease.token));
    const leases = this.#book.leases().filter((lease) => !settling.has(lease.token));
    let held: boolean[];
    try {
      held = await this.#holds(leases);
    } catch {
      // Closed or out of reach: the next heartbeat comes back to it.
      return;
    }
    const gone = leases.filter((lease, index) => !held[index] && this.#forget(lease));
    this.#lost(gone, 'superseded');
  }

  #forget(lease: Lease): boolean {
    for (const settling of this.#settling) {
      if (settling.token === lease.token && settling.queue === lease.queue) return false;
    }
    return this.#book.remove(lease);
  }

  #lost(leases: readonly Lease[], reason: LeaseLostReason): void {
    for (const lease of leases) {
      for (const listener of this.#listeners) listener(lease, reason);
    }
  }
}
