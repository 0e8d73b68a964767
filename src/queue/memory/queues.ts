import type { EngineSettlement, LeaseKey, SessionState, StepReply, StepRequest, Taken } from '../engine.ts';
import { encodeFailure, LEASE_EXPIRED, MESSAGE_EXPIRED } from '../failure.ts';
import type { MemoryMessage } from './message.ts';
import { MemoryQueue } from './queue.ts';

interface Session {
  readonly id: number;
  expiresAt: number;
  /** What is in flight under this session, with the name of its queue. */
  readonly leases: Map<MemoryMessage, string>;
}

/** Most delayed messages that become ready in one step. */
const PROMOTE_MAX = 100;

const EXPIRED_LEASE = encodeFailure(LEASE_EXPIRED);
const EXPIRED_MESSAGE = encodeFailure(MESSAGE_EXPIRED);

/** Queues in memory with the sessions of those who hold leases; may be shared by several managers. */
export class MemoryQueues {
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #sessions = new Map<number, Session>();
  readonly #holders = new Map<string, Session>();
  readonly #listeners = new Set<(queue: string) => void>();
  #sessionCount = 0;

  queue(name: string): MemoryQueue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new MemoryQueue();
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Tells everybody who listens that there may be something to take. */
  changed(queue: string): void {
    for (const listener of this.#listeners) listener(queue);
  }

  listen(listener: (queue: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  step(request: StepRequest, now: number): StepReply {
    const queue = this.queue(request.queue);
    const session = this.#renew(request.holder, request.leaseMs, now);
    const woken = this.#recover(now);
    const results = request.settlements.map((settlement) => this.#settle(settlement, now));
    queue.promote(PROMOTE_MAX, now);
    const taken = queue.paused ? [] : this.#take(request, session, now);
    for (const settlement of request.settlements) woken.add(settlement.queue);
    // Whoever got less than wanted has seen the end of the queue.
    if (request.want > 0) woken.delete(request.queue);
    if (request.want > 0 && taken.length === request.want) woken.add(request.queue);
    for (const name of woken) this.changed(name);
    return {
      ...stateOf(session, now),
      results,
      taken,
      nextAt: this.#nextAt(queue, session),
      wake: [...woken],
    };
  }

  /** A heartbeat of the holder: its session, with how many leases it holds. */
  beat(holder: string, leaseMs: number, now: number): SessionState & { held: number } {
    const session = this.#renew(holder, leaseMs, now);
    for (const name of this.#recover(now)) this.changed(name);
    return { ...stateOf(session, now), held: session.leases.size };
  }

  extend(lease: LeaseKey, byMs: number, now: number): number | null {
    const message = this.#held(lease, now);
    if (!message) return null;
    message.heldUntil = Math.max(message.heldUntil, now + byMs);
    return Math.max(message.heldUntil, this.#sessions.get(message.session)?.expiresAt ?? 0);
  }

  holds(lease: LeaseKey, now: number): boolean {
    return this.#held(lease, now) !== null;
  }

  /** Gives all leases of the holder back and ends its session. */
  leave(holder: string, now: number): void {
    const session = this.#holders.get(holder);
    this.#holders.delete(holder);
    if (!session) return;
    this.#sessions.delete(session.id);
    for (const [message, name] of session.leases) this.queue(name).back(message, now, now);
    for (const name of new Set(session.leases.values())) this.changed(name);
  }

  #take({ queue: name, want }: StepRequest, session: Session, now: number): Taken[] {
    const queue = this.queue(name);
    const taken: Taken[] = [];
    while (taken.length < want) {
      const message = queue.take(session.id);
      if (!message) break;
      if (message.expiresAt !== null && message.expiresAt <= now) {
        queue.bury(message, message.retries, EXPIRED_MESSAGE, now);
        queue.finish(message, now);
        continue;
      }
      session.leases.set(message, name);
      taken.push({ id: message.id, token: message.token, body: message.body, retries: message.retries });
    }
    return taken;
  }

  /** Fails the attempts whose leases have lapsed; answers in which queues. */
  #recover(now: number): Set<string> {
    const names = new Set<string>();
    for (const session of this.#sessions.values()) {
      if (session.expiresAt > now) continue;
      for (const [message, name] of session.leases) {
        if (message.heldUntil > now) continue;
        session.leases.delete(message);
        this.#fail(this.queue(name), message, 0, EXPIRED_LEASE, now);
        names.add(name);
      }
      if (session.leases.size === 0) this.#sessions.delete(session.id);
    }
    return names;
  }

  #settle(settlement: EngineSettlement, now: number): boolean {
    const message = this.#held(settlement, now);
    if (!message) return false;
    const queue = this.queue(settlement.queue);
    this.#sessions.get(message.session)?.leases.delete(message);
    if (settlement.kind === 'back') queue.back(message, now + settlement.delayMs, now);
    else if (settlement.kind === 'retry')
      this.#fail(queue, message, settlement.delayMs, settlement.error, now);
    else {
      if (settlement.kind === 'dead') queue.bury(message, message.retries + 1, settlement.error, now);
      queue.finish(message, now);
    }
    return true;
  }

  #fail(queue: MemoryQueue, message: MemoryMessage, delayMs: number, error: string, now: number): void {
    if (message.retries >= message.maxRetries) {
      queue.bury(message, message.retries + 1, error, now);
      queue.finish(message, now);
      return;
    }
    message.retries++;
    queue.back(message, now + delayMs, now);
  }

  #held({ queue, id, token }: LeaseKey, now: number): MemoryMessage | null {
    const message = this.queue(queue).leased(id, token);
    if (!message) return null;
    const alive = (this.#sessions.get(message.session)?.expiresAt ?? 0) > now || message.heldUntil > now;
    return alive ? message : null;
  }

  /** The holder's session, alive for `leaseMs`; a new one, with the extended leases, if it had lapsed. */
  #renew(holder: string, leaseMs: number, now: number): Session {
    const known = this.#holders.get(holder);
    if (known && known.expiresAt > now) {
      known.expiresAt = now + leaseMs;
      return known;
    }
    const session: Session = { id: ++this.#sessionCount, expiresAt: now + leaseMs, leases: new Map() };
    this.#sessions.set(session.id, session);
    this.#holders.set(holder, session);
    for (const [message, name] of known?.leases ?? []) {
      if (message.heldUntil <= now) continue;
      known?.leases.delete(message);
      session.leases.set(message, name);
      message.session = session.id;
    }
    return session;
  }

  #nextAt(queue: MemoryQueue, own: Session): number | null {
    let next = queue.nextDueAt() ?? Number.POSITIVE_INFINITY;
    for (const session of this.#sessions.values()) {
      if (session !== own && session.leases.size > 0) next = Math.min(next, lapseAt(session));
    }
    return next === Number.POSITIVE_INFINITY ? null : next;
  }
}

/** When the first lease of a session lapses unless it is renewed. */
function lapseAt({ expiresAt, leases }: Session): number {
  let first = Number.POSITIVE_INFINITY;
  for (const message of leases.keys()) first = Math.min(first, message.heldUntil);
  return Math.max(expiresAt, first);
}

function stateOf(session: Session, now: number): SessionState {
  return { now, session: session.id, sessionExpiresAt: session.expiresAt };
}
