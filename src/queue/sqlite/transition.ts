import type { LeaseKey } from '../engine.ts';
import type { MessageRow, QueueRow, Statements } from './statements.ts';

/**
 * One transition under way: the rows of the queues it touches, read once and written once, and the time it
 * happens at.
 */
export class Transition {
  readonly sql: Statements;
  readonly now: number;
  /** Names of queues in which something became ready. */
  readonly woken = new Set<string>();
  readonly #byName = new Map<string, QueueRow>();
  readonly #byId = new Map<number, QueueRow>();
  readonly #before = new Map<number, QueueRow>();
  readonly #sessions = new Map<number, number>();

  constructor(sql: Statements, now: number) {
    this.sql = sql;
    this.now = now;
  }

  /** The counters of a queue; changes are written by `save`. */
  queue(name: string): QueueRow {
    const known = this.#byName.get(name);
    if (known) return known;
    return this.#remember(this.sql.queueByName.get(name) ?? (this.sql.insertQueue.get(name) as QueueRow));
  }

  queueById(id: number): QueueRow {
    return this.#byId.get(id) ?? this.#remember(this.sql.queueById.get(id) as QueueRow);
  }

  /** A number that is greater than all that the queue gave before. */
  ticket(queue: QueueRow): number {
    return ++queue.ticket;
  }

  /** Writes the counters that have changed. */
  save(): void {
    for (const [id, row] of this.#byId) {
      const before = this.#before.get(id);
      if (before && (Object.keys(row) as (keyof QueueRow)[]).every((key) => row[key] === before[key]))
        continue;
      const { paused, ready, delayed, in_flight, dead, bytes, ticket } = row;
      this.sql.saveQueue.run(paused, ready, delayed, in_flight, dead, bytes, ticket, id);
    }
  }

  /** The message in flight that a lease is for, or `undefined` if the lease is not held. */
  held(lease: LeaseKey): MessageRow | undefined {
    const message = this.sql.leased.get(this.queue(lease.queue).id, lease.id, lease.token);
    if (!message || message.held_until > this.now) return message;
    return this.#isAlive(message.session) ? message : undefined;
  }

  #isAlive(session: number): boolean {
    const known = this.#sessions.get(session) ?? this.sql.sessionExpiry.get(session) ?? 0;
    this.#sessions.set(session, known);
    return known > this.now;
  }

  #remember(row: QueueRow): QueueRow {
    this.#byName.set(row.name, row);
    this.#byId.set(row.id, row);
    this.#before.set(row.id, { ...row });
    return row;
  }
}
