import type { SessionState } from './engine.ts';
import type { Lease } from './types.ts';

interface Entry {
  lease: Lease;
  session: number;
  /** Until when the lease was extended by itself; 0 if it was not. */
  heldUntil: number;
}

/** The leases that a manager gave out and that are not settled. */
export class LeaseBook {
  readonly #entries = new Map<string, Entry>();
  #session = 0;
  #sessionExpiresAt = 0;

  get size(): number {
    return this.#entries.size;
  }

  add(lease: Lease, session: number): void {
    this.#entries.set(keyOf(lease), { lease, session, heldUntil: 0 });
  }

  has(lease: Lease): boolean {
    return this.#entries.has(keyOf(lease));
  }

  remove(lease: Lease): boolean {
    return this.#entries.delete(keyOf(lease));
  }

  extend(lease: Lease): void {
    const entry = this.#entries.get(keyOf(lease));
    if (!entry) return;
    entry.heldUntil = Math.max(entry.heldUntil, lease.expiresAt);
    entry.lease = lease;
  }

  /** The leases that are believed to be held. */
  leases(): Lease[] {
    return [...this.#entries.values()].map((entry) => entry.lease);
  }

  /** Takes the holder's session as it is now; answers the leases that went with earlier ones, and forgets them. */
  renew({ now, session, sessionExpiresAt }: SessionState): Lease[] {
    if (session < this.#session || session === 0) return [];
    const replaced = session > this.#session;
    this.#session = session;
    this.#sessionExpiresAt = sessionExpiresAt;
    if (!replaced) return [];
    return this.#forget((entry) => {
      if (entry.session >= session) return false;
      if (entry.heldUntil <= now) return true;
      entry.session = session;
      return false;
    });
  }

  /** The leases that must have lapsed at `now`, as no heartbeat came through; forgets them. */
  lapsed(now: number): Lease[] {
    if (now < this.#sessionExpiresAt) return [];
    return this.#forget((entry) => entry.heldUntil <= now);
  }

  #forget(lost: (entry: Entry) => boolean): Lease[] {
    const leases: Lease[] = [];
    for (const [key, entry] of this.#entries) {
      if (!lost(entry)) continue;
      this.#entries.delete(key);
      leases.push(entry.lease);
    }
    return leases;
  }
}

function keyOf(lease: Lease): string {
  return `${lease.token} ${lease.queue}`;
}
