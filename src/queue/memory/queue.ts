import type { EngineLimits, LetterSelection } from '../engine.ts';
import type { Envelope } from '../envelope.ts';
import type { QueueStats } from '../types.ts';
import { Ages } from './ages.ts';
import { Heap } from './heap.ts';
import { Letters } from './letters.ts';
import { Line } from './line.ts';
import { contentOf, type MemoryMessage, newMessage } from './message.ts';

/** A message that is delayed as long as it has not moved since. */
interface Due {
  readonly message: MemoryMessage;
  readonly visit: number;
  readonly at: number;
}

const isDelayed = ({ message, visit }: Due) => message.state === 'delayed' && message.visit === visit;

/** One queue in memory: every method is one transition. */
export class MemoryQueue {
  readonly letters = new Letters();
  paused = false;
  readonly #current = new Map<string, MemoryMessage>();
  readonly #followUps = new Map<string, MemoryMessage>();
  readonly #line = new Line();
  readonly #due = new Heap<Due>((left, right) => left.at - right.at || left.message.seq - right.message.seq);
  readonly #ages = new Ages();
  readonly #counts = { ready: 0, delayed: 0, inFlight: 0 };
  #bytes = 0;
  #sequence = 0;
  #token = 0;

  send(envelope: Envelope, limits: EngineLimits, now: number): 'queued' | 'coalesced' | 'full' {
    const current = this.#current.get(envelope.id);
    const waiting =
      this.#followUps.get(envelope.id) ?? (current?.state === 'in_flight' ? undefined : current);
    if (waiting) {
      this.#replace(waiting, envelope);
      return 'coalesced';
    }
    if (!current && this.#isFull(envelope, limits)) return 'full';
    const message = newMessage(envelope, ++this.#sequence, now);
    this.#line.join(message);
    this.#bytes += message.bytes;
    if (current) {
      message.state = 'follow_up';
      this.#followUps.set(message.id, message);
      this.#counts.ready++;
    } else {
      this.#current.set(message.id, message);
      this.#place(message, now);
    }
    return 'queued';
  }

  /** The message that a lease is for, or `null` if it is not in flight with that token. */
  leased(id: string, token: number): MemoryMessage | null {
    const message = this.#current.get(id);
    return message?.state === 'in_flight' && message.token === token ? message : null;
  }

  /** Ends the run of a leased message for good. */
  finish(message: MemoryMessage, now: number): void {
    this.#counts.inFlight--;
    this.#remove(message, now);
  }

  /** Gives a leased message back, to be taken again from `dueAt` on. */
  back(message: MemoryMessage, dueAt: number, now: number): void {
    this.#counts.inFlight--;
    this.#bytes += message.bytes;
    message.dueAt = dueAt;
    this.#line.end(message, null);
    this.#place(message, now);
  }

  bury(message: MemoryMessage, attempts: number, error: string, now: number): void {
    this.letters.add(message, attempts, error, now);
  }

  /** Makes up to `limit` messages ready that are due. */
  promote(limit: number, now: number): void {
    for (let count = 0; count < limit; count++) {
      const next = this.#nextDue();
      if (!next || next.at > now) return;
      this.#due.pop();
      this.#counts.delayed--;
      this.#enter(next.message);
    }
  }

  /** When the first delayed message is due; `null` if there is none. */
  nextDueAt(): number | null {
    return this.#nextDue()?.at ?? null;
  }

  /** The first message in the order, leased by the session from now on. */
  take(session: number): MemoryMessage | null {
    const message = this.#line.take();
    if (!message) return null;
    this.#counts.ready--;
    this.#counts.inFlight++;
    this.#ages.remove(message);
    this.#bytes -= message.bytes;
    Object.assign(message, { state: 'in_flight', token: ++this.#token, session, heldUntil: 0 });
    return message;
  }

  /** Puts letters back as new messages, `perSecond` of them a second; answers how many letters went. */
  requeue(selection: LetterSelection, perSecond: number, now: number): number {
    const letters = this.letters.remove(selection);
    for (const [index, letter] of letters.entries()) {
      if (this.#current.has(letter.id)) continue;
      const expiresAt = letter.expiresAt !== null && letter.expiresAt <= now ? null : letter.expiresAt;
      const delayMs = Math.floor((index * 1000) / perSecond);
      this.send({ ...letter, retries: 0, expiresAt, delayMs }, { maxLength: 0, maxBytes: 0 }, now);
    }
    return letters.length;
  }

  stats(now: number): QueueStats {
    this.promote(Number.POSITIVE_INFINITY, now);
    const oldest = this.#ages.oldest();
    return {
      ...this.#counts,
      dead: this.letters.size,
      oldestAgeMs: oldest === null ? 0 : Math.max(0, now - oldest),
      paused: this.paused,
    };
  }

  #isFull(envelope: Envelope, { maxLength, maxBytes }: EngineLimits): boolean {
    if (maxLength > 0 && this.#counts.ready + this.#counts.delayed >= maxLength) return true;
    return maxBytes > 0 && this.#bytes + envelope.bytes > maxBytes;
  }

  #replace(message: MemoryMessage, envelope: Envelope): void {
    this.#bytes += envelope.bytes - message.bytes;
    const moves = message.group !== envelope.group;
    if (moves) {
      if (message.state === 'ready') this.#line.leave(message);
      this.#line.quit(message);
    }
    Object.assign(message, contentOf(envelope));
    if (!moves) return;
    this.#line.join(message);
    if (message.state === 'ready') this.#enter(message, 0);
  }

  /** Puts a message where its due time says. */
  #place(message: MemoryMessage, now: number): void {
    if (message.dueAt <= now) {
      this.#enter(message);
      return;
    }
    message.state = 'delayed';
    this.#counts.delayed++;
    this.#due.push({ at: message.dueAt, message, visit: ++message.visit });
  }

  #enter(message: MemoryMessage, count = 1): void {
    this.#counts.ready += count;
    this.#line.enter(message);
    this.#ages.add(message);
  }

  /** Removes a message that nobody runs any more; its follow-up takes its id. */
  #remove(message: MemoryMessage, now: number): void {
    this.#current.delete(message.id);
    this.#line.end(message, now);
    this.#line.quit(message);
    const followUp = this.#followUps.get(message.id);
    if (!followUp) return;
    this.#followUps.delete(message.id);
    this.#current.set(followUp.id, followUp);
    this.#counts.ready--;
    this.#place(followUp, now);
  }

  #nextDue(): Due | undefined {
    return this.#due.peekCurrent(isDelayed);
  }
}
