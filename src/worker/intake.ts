import type { Lease, LeasedMessage } from '../queue/types.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import { Prefetch } from './prefetch.ts';
import type { SlotTicket } from './slot-pool.ts';
import { Tray } from './tray.ts';

/** How messages make a job: one each, or a batch. */
export interface JobShape {
  /** Most messages of a job, 1..256. */
  size(): number;
  /** Milliseconds that a job which is not full waits for more. */
  fillMs(): number;
  /** What takes a slot of a pool. */
  readonly slotPer: 'job' | 'message';
}

/** What to ask the queue for. */
export interface FetchPlan {
  readonly want: number;
  /** Milliseconds to wait for it; if nothing is wanted, for anything else to happen. May be infinite then. */
  readonly waitMs: number;
  /** Slots that are held for what comes. */
  readonly reserved: number;
  /** Whether another exchange may begin before this one has ended. */
  readonly overlaps?: boolean;
}

/** Most messages of one exchange. */
const WANT_MAX = 256;

/**
 * Most messages of an exchange that another one overlaps. Redis sends 64 KiB of an answer at once, and what is more only
 * after the next command of the connection: messages of up to 800 bytes come at once.
 */
const OVERLAP_MAX = 80;

/**
 * Decides how much to fetch and when to start it, so that never more is in hand than can be started soon.
 * Without a pool of slots and batches, some is taken ahead ({@link Prefetch}).
 *
 * With a pool of slots: slots are reserved before an exchange that does not wait. One that waits holds none, so
 * that an idle worker keeps no slot from the others; it asks for one job, which may then have to wait for its
 * slots in hand, and goes back to the queue if that takes too long. Where each message takes a slot, a job is no
 * larger than there are slots for.
 */
export class Intake {
  readonly #options: ResolvedWorkerOptions;
  readonly #shape: JobShape;
  readonly #tray = new Tray();
  readonly #ticket: SlotTicket | undefined;
  readonly #prefetch: Prefetch;
  #gotSome = false;
  /** The last fetch brought all that was wanted: there is more. */
  #gotAll = false;
  /** Messages that are asked for. */
  #asked = 0;

  /** @param wake called when a slot that was waited for is free */
  constructor(options: ResolvedWorkerOptions, shape: JobShape, wake: () => void) {
    this.#options = options;
    this.#shape = shape;
    this.#prefetch = new Prefetch(options.aheadMs);
    this.#ticket = options.slots?.join(options.slotPriority, wake);
  }

  /** Whether handlers take so little time that messages are taken ahead. */
  get isQuick(): boolean {
    return this.#aheadMost() > 0;
  }

  /** Whether a second exchange pays while one is under way: there is more to have, and room for half of what may be in hand. */
  hasRoomForSecond(jobs: number): boolean {
    return this.#mayOverlap && this.#room(jobs) >= this.#half();
  }

  /** @param jobs that may be started beside those that run @param now without waiting */
  plan(jobs: number, now: boolean): FetchPlan {
    const plan = this.#plan(jobs, now);
    const overlaps = plan.want > 0 && plan.waitMs === 0 && this.#mayOverlap;
    const want = overlaps ? Math.min(plan.want, this.#half()) : plan.want;
    this.#asked += want;
    return { ...plan, want, overlaps };
  }

  get #mayOverlap(): boolean {
    return this.#options.queues.exchangesOverlap && this.#gotAll && this.isQuick;
  }

  #plan(jobs: number, now: boolean): FetchPlan {
    const size = this.#shape.size();
    // A job that is due waits for its slot, or for another to end: nothing to add to it.
    if (jobs <= 0 || this.#isDue()) {
      return now ? { ...this.nothing(), want: Math.min(WANT_MAX, this.#room(0)), waitMs: 0 } : this.nothing();
    }
    const waits = !now && !(this.#ticket && this.#gotSome);
    const room = this.#room(jobs);
    const reserved = this.#ticket && !waits ? this.#ticket.take(this.#slotsFor(jobs * size)) : 0;
    const free = this.#ticket && reserved === 0 ? this.#ticket.available() : 0;
    if (this.#ticket && reserved + free === 0) return { want: 0, waitMs: this.#patienceMs(), reserved: 0 };
    const places = reserved > 0 ? this.#placesIn(reserved) : Math.min(size, this.#placesIn(free));
    const most = this.#ticket ? Math.min(room, Math.max(1, places - this.#tray.size)) : room;
    const want = Math.min(WANT_MAX, most);
    const waitMs = waits ? Math.min(this.#options.waitMs, this.#fillLeftMs()) : 0;
    return { want, waitMs, reserved };
  }

  /** Asks for nothing, and with nothing in hand stands in no line. */
  nothing(): FetchPlan {
    if (this.#tray.size === 0) this.#ticket?.stepOut();
    return { want: 0, waitMs: this.#patienceMs(), reserved: 0 };
  }

  /** Takes what a fetch brought; the slots that were held for it are free to take. */
  received({ reserved, want }: FetchPlan, messages: readonly LeasedMessage[]): void {
    this.#asked -= want;
    if (want > 0) {
      this.#gotSome = messages.length > 0;
      this.#gotAll = messages.length >= want;
    }
    this.#tray.add(messages, this.#now());
    if (reserved > 0) this.#ticket?.give(reserved);
  }

  /** The messages of the next job, with their slots; none if there is no job, or no slot for it. */
  next(): LeasedMessage[] {
    if (!this.#isDue()) return [];
    const most = Math.min(this.#shape.size(), this.#tray.size);
    if (!this.#ticket) return this.#tray.take(most);
    return this.#tray.take(Math.min(most, this.#placesIn(this.#ticket.take(this.#slotsFor(most)))));
  }

  /** A message of a job has left its handler. */
  messageEnded(durationMs: number): void {
    if (this.#shape.slotPer === 'message') this.#ticket?.give(1);
    this.#prefetch.ended(durationMs);
  }

  /** The last message of a job has. */
  jobEnded(): void {
    if (this.#shape.slotPer === 'job') this.#ticket?.give(1);
  }

  /** Takes out what has waited too long for a slot, or for its turn: another process may have one. */
  overdue(): LeasedMessage[] {
    if (this.#patienceMs() > 0) return [];
    this.#prefetch.forget();
    return this.clear();
  }

  clear(): LeasedMessage[] {
    return this.#tray.take(this.#tray.size);
  }

  remove(lease: Lease): void {
    this.#tray.remove(lease);
  }

  leave(): void {
    this.clear();
    this.#ticket?.leave();
  }

  #slotsFor(messages: number): number {
    return this.#shape.slotPer === 'message' ? messages : Math.ceil(messages / this.#shape.size());
  }

  #placesIn(slots: number): number {
    return this.#shape.slotPer === 'message' ? slots : slots * this.#shape.size();
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #isDue(): boolean {
    return this.#tray.size >= this.#shape.size() || this.#fillLeftMs() === 0;
  }

  /** How long what is in hand may still wait to be a whole job; without end where nothing is. */
  #fillLeftMs(): number {
    return Math.max(0, Math.ceil(this.#shape.fillMs() - this.#tray.age(this.#now())));
  }

  /** Messages to ask for: for `jobs` that may be started, and what to take ahead, of which half must be used up. */
  #room(jobs: number): number {
    const ahead = this.#aheadMost();
    const most = Math.max(0, jobs) * this.#shape.size() + (2 * this.#tray.size <= ahead ? ahead : 0);
    return Math.max(0, most - this.#tray.size - this.#asked);
  }

  /** Half of what may be in hand: it is asked for while the other half is worked on. */
  #half(): number {
    return Math.min(OVERLAP_MAX, Math.ceil((this.#options.concurrency + this.#aheadMost()) / 2));
  }

  /** Most messages to have in hand beside those that run. */
  #aheadMost(): number {
    if (this.#ticket || this.#shape.size() > 1) return 0;
    return this.#prefetch.count(this.#options.concurrency);
  }

  /** How long what is in hand may still wait for a slot, or for its turn. */
  #patienceMs(): number {
    return Math.max(0, Math.ceil(this.#shape.fillMs() + this.#options.waitMs - this.#tray.age(this.#now())));
  }
}
