import { type Clock, systemClock, type Timer } from '../../clock.ts';
import { QueueError, type QueueErrorCode } from '../../errors.ts';
import { DatabaseError, type SqliteDatabase } from '../../sqlite/database.ts';
import type {
  Beat,
  EngineLimits,
  LeaseKey,
  LetterSelection,
  QueueEngine,
  SendReply,
  StepReply,
  StepRequest,
  StoredLetter,
} from '../engine.ts';
import type { Envelope } from '../envelope.ts';
import type { QueueStats } from '../types.ts';
import { Hub } from './hub.ts';
import {
  BEAT_EVENT,
  type BeatEvent,
  type Controls,
  type OperationName,
  type Operations,
} from './operations.ts';
import { Outbox } from './outbox.ts';
import { readLetter, readLetters, readStats } from './reader.ts';

/** Milliseconds between two looks at whether another process has written, while somebody waits. */
const POLL_MS = 250;

type Input<Name extends OperationName> = Omit<Operations[Name][0], 'now'>;

/** The engine of `SqliteQueueManager`: transitions run in the writer thread, reads on the main thread. */
export class SqliteEngine implements QueueEngine {
  readonly #database: SqliteDatabase;
  readonly #clock: Clock;
  readonly #hub: Hub;
  readonly #outbox: Outbox;

  constructor(database: SqliteDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#hub = new Hub(database.path);
    this.#outbox = new Outbox(
      async (queue, envelopes, limits) => {
        const reply = await this.#run('queue.send', { queue, envelopes, limits });
        if (reply.wake) this.#hub.announce(queue);
        return reply;
      },
      (flush) => database.atTurnEnd(flush),
    );
  }

  send(
    queue: string,
    envelopes: readonly Envelope[],
    { maxLength, maxBytes }: EngineLimits,
  ): Promise<SendReply> {
    return this.#outbox.send(queue, envelopes, { maxLength, maxBytes });
  }

  async step(request: StepRequest): Promise<StepReply> {
    const reply = await this.#run('queue.step', { request });
    for (const queue of reply.wake) this.#hub.announce(queue);
    return reply;
  }

  extend({ queue, id, token }: LeaseKey, byMs: number): Promise<number | null> {
    return this.#run('queue.extend', { lease: { queue, id, token }, byMs });
  }

  holds(leases: readonly LeaseKey[]): Promise<boolean[]> {
    const keys = leases.map(({ queue, id, token }) => ({ queue, id, token }));
    return this.#run('queue.holds', { leases: keys });
  }

  async stats(queue: string): Promise<QueueStats> {
    return this.#read((now) => readStats(this.#database, queue, now));
  }

  async setPaused(queue: string, paused: boolean): Promise<void> {
    await this.#run('queue.pause', { queue, paused });
    this.#hub.announce(queue);
  }

  async letters(queue: string, after: number, limit: number): Promise<StoredLetter[]> {
    return this.#read(() => readLetters(this.#database, queue, after, limit));
  }

  async letter(queue: string, id: string): Promise<StoredLetter | null> {
    return this.#read(() => readLetter(this.#database, queue, id));
  }

  async requeue(queue: string, selection: LetterSelection, perSecond: number): Promise<number> {
    const count = await this.#run('queue.requeue', { queue, selection, perSecond });
    this.#hub.announce(queue);
    return count;
  }

  discard(queue: string, selection: LetterSelection): Promise<number> {
    return this.#run('queue.discard', { queue, selection });
  }

  annotate(queue: string, id: string, annotation: string): Promise<boolean> {
    return this.#run('queue.annotate', { queue, id, annotation });
  }

  keepAlive(holder: string, leaseMs: number, onBeat: (beat: Beat) => void): () => void {
    return this.#clock === systemClock
      ? this.#threadBeats(holder, leaseMs, onBeat)
      : this.#clockBeats(holder, leaseMs, onBeat);
  }

  watch(onChange: (queue: string | null) => void): () => void {
    let version = this.#version();
    let timer: Timer;
    const look = () => {
      timer = this.#clock.setTimeout(look, POLL_MS);
      const current = this.#version();
      if (current === version) return;
      version = current;
      onChange(null);
    };
    timer = this.#clock.setTimeout(look, POLL_MS);
    const stopListening = this.#hub.listen(onChange);
    return () => {
      timer.clear();
      stopListening();
    };
  }

  async leave(holder: string): Promise<void> {
    for (const queue of await this.#run('queue.leave', { holder })) this.#hub.announce(queue);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** Heartbeats by the thread's own timer: they come through however busy the event loop is. */
  #threadBeats(holder: string, leaseMs: number, onBeat: (beat: Beat) => void): () => void {
    const stopListening = this.#database.on(BEAT_EVENT, (data) => {
      const event = data as BeatEvent;
      if (event.holder !== holder) return;
      this.#control('queue.alive', { holder });
      onBeat(event.beat);
    });
    this.#control('queue.keepAlive', { holder, leaseMs });
    return () => {
      stopListening();
      this.#control('queue.rest', { holder });
    };
  }

  /** Heartbeats by a clock that is not the machine's: the thread does not know it. */
  #clockBeats(holder: string, leaseMs: number, onBeat: (beat: Beat) => void): () => void {
    let timer: Timer;
    const beat = () => {
      timer = this.#clock.setTimeout(beat, leaseMs / 3);
      const failed = () => onBeat({ ok: false, now: this.#clock.now() });
      this.#run('queue.beat', { holder, leaseMs }).then(onBeat, failed);
    };
    timer = this.#clock.setTimeout(beat, leaseMs / 3);
    return () => timer.clear();
  }

  /** The file's version, or 0 if it cannot be read now: whoever is woken by that finds out why. */
  #version(): number {
    try {
      return this.#database.dataVersion();
    } catch {
      return 0;
    }
  }

  #control<Name extends keyof Controls>(name: Name, input: Controls[Name]): void {
    // Fails only when the thread has ended, which whoever needs it next finds out.
    this.#database.control(name, input).catch(() => {});
  }

  async #run<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Operations[Name][1]> {
    try {
      return (await this.#database.run(name, {
        ...input,
        now: this.#now(),
      })) as Operations[Name][1];
    } catch (thrown) {
      throw toQueueError(thrown);
    }
  }

  /** `null` leaves it to the thread: a transition that waits for the file must not happen in the past. */
  #now(): number | null {
    return this.#clock === systemClock ? null : Math.floor(this.#clock.now());
  }

  #read<T>(read: (now: number) => T): T {
    try {
      return read(this.#clock.now());
    } catch (thrown) {
      throw toQueueError(thrown);
    }
  }
}

/** What a failure of the database means for a queue: `closed`, `format_version`, or `unavailable`. */
export function toQueueError(thrown: unknown): unknown {
  if (!(thrown instanceof DatabaseError)) return thrown;
  const code: QueueErrorCode =
    thrown.code === 'closed' || thrown.code === 'format_version' ? thrown.code : 'unavailable';
  return new QueueError(code, thrown.message, { cause: thrown });
}
