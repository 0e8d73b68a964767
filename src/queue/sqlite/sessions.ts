import type { SessionState } from '../engine.ts';
import { encodeFailure, LEASE_EXPIRED } from '../failure.ts';
import { fail } from './moves.ts';
import type { Transition } from './transition.ts';

/** Most sessions and leases that one transition recovers. */
const SESSIONS_MAX = 20;
const LEASES_MAX = 100;

const EXPIRED = encodeFailure(LEASE_EXPIRED);

/** A session as its holder sees it. */
export interface Session {
  readonly id: number;
  readonly expiresAt: number;
}

/**
 * The holder's session, alive for at least two thirds of `leaseMs`. One that had lapsed stays lapsed: its
 * leases are for others to recover, but those extended beyond now move to the new session.
 */
export function renewSession(it: Transition, holder: string, leaseMs: number): Session {
  const known = it.sql.sessionOf.get(holder);
  const expiresAt = it.now + leaseMs;
  if (known && known.expires_at > it.now) {
    // A step every few milliseconds need not write each time.
    if (known.expires_at > it.now + leaseMs * 0.95) return { id: known.id, expiresAt: known.expires_at };
    it.sql.renewSession.run(expiresAt, known.id);
    return { id: known.id, expiresAt };
  }
  if (known) it.sql.orphanSession.run(known.id);
  const id = it.sql.insertSession.get(holder, expiresAt) as number;
  if (known) it.sql.adopt.run(id, known.id, it.now);
  return { id, expiresAt };
}

/** Fails the attempts whose leases have lapsed. */
export function recover(it: Transition): void {
  let left = LEASES_MAX;
  for (const session of it.sql.lapsedSessions.all(it.now, it.now, SESSIONS_MAX)) {
    if (left <= 0) return;
    const lapsed = it.sql.leasesOf.all(session, it.now, left);
    for (const message of lapsed) fail(it, message, 0, EXPIRED);
    left -= lapsed.length;
    if (it.sql.countLeases.get(session) === 0) it.sql.deleteSession.run(session);
  }
}

/** When the first lease of somebody else may lapse; `null` if nobody else has a session. */
export function nextLapse(it: Transition, own: number): number | null {
  const alive = it.sql.nextLapse.get(own, it.now) ?? null;
  // Sessions that lapsed and are still there have leases that were extended, or more than fit in one step.
  const extended = it.sql.nextHeldUntil.get(it.now) ?? null;
  return alive === null || extended === null ? (alive ?? extended) : Math.min(alive, extended);
}

export function sessionState(it: Transition, session: Session): SessionState {
  return { now: it.now, session: session.id, sessionExpiresAt: session.expiresAt };
}
