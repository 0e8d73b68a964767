import { QueueError, toError } from '../../errors.ts';
import type { Envelope } from '../envelope.ts';
import type { SendOutcome } from '../types.ts';
import { SEND_CHUNK } from '../validate.ts';
import { Bag } from './bag.ts';
import { type CallMark, CallMarks } from './marks.ts';
import { encodeForAdd } from './record.ts';

/** Most bytes of one call of the `add` script; one message is always taken. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Fewest sends of a turn of which half go a turn later where nothing is under way: then one half is answered, and sent
 * anew, while the server works on the other.
 */
const HALVED_LEAST = 16;

/** What is stored in one step: what was sent with one call, or as much of it as one chunk may have. */
interface Batch {
  readonly envelopes: readonly Envelope[];
  readonly bytes: number;
  readonly resolve: (outcomes: SendOutcome[]) => void;
}

/** Stores a chunk: its mark and, per message, the arguments of `add`; answers one letter per message. */
export type AddChunk = (mark: CallMark, args: string[]) => Promise<string>;

/**
 * Collects the sends of one queue that are issued in the same turn of the event loop and stores them with one call per
 * chunk. Every send still resolves only when its own messages are stored. Several chunks are under way at once, of
 * which one may have to be sent again and come after the others: an id is in one of them only, so that the message that
 * was sent last is the one that stays.
 */
export class Sender {
  readonly #add: AddChunk;
  readonly #marks = new CallMarks();
  #batches: Batch[] = [];
  /** Messages of those. */
  #count = 0;
  #scheduled = false;
  /** Chunks that are sent and not answered. */
  readonly #underWay = new Bag<Promise<void>>();
  /** Ids of their messages. */
  readonly #ids = new Set<string>();

  constructor(add: AddChunk) {
    this.#add = add;
  }

  /**
   * Stores all in one step, unless they have more than 256 KiB.
   * @param envelopes 1..200; never rejects, what fails is `refused`
   */
  async send(envelopes: readonly Envelope[]): Promise<SendOutcome[]> {
    const pieces = piecesOf(envelopes).map((piece) => this.#enqueue(piece));
    return pieces.length === 1 ? (pieces[0] as Promise<SendOutcome[]>) : (await Promise.all(pieces)).flat();
  }

  /** Resolves when everything sent so far has its outcome. */
  async drain(): Promise<void> {
    while (this.#count > 0 || this.#underWay.size > 0) {
      await (this.#scheduled
        ? new Promise((resolve) => setImmediate(resolve))
        : Promise.race([...this.#underWay]));
    }
  }

  #enqueue(envelopes: readonly Envelope[]): Promise<SendOutcome[]> {
    return new Promise((resolve) => {
      if (this.#count + envelopes.length > SEND_CHUNK) this.#flush();
      this.#batches.push({ envelopes, bytes: bytesOf(envelopes), resolve });
      this.#count += envelopes.length;
      // At once, while the rest of the turn is still being made ready: the server works meanwhile.
      if (this.#count >= SEND_CHUNK) this.#flush();
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#count === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const halves = this.#underWay.size === 0 && this.#count >= HALVED_LEAST;
      this.#flush(halves ? Math.ceil(this.#count / 2) : this.#count);
      if (halves) this.#schedule();
    });
  }

  /** Sends off the first batches, until they have `least` messages together, or one has to wait. */
  #flush(least = this.#count): void {
    for (let left = least; left > 0; ) {
      const batches = this.#take(left);
      if (batches.length === 0) return;
      const chunk = batches.flatMap(({ envelopes }) => envelopes);
      left -= chunk.length;
      const stored = this.#store(chunk, batches).then(() => {
        this.#underWay.delete(stored);
        // What had to wait for it.
        this.#schedule();
      });
      this.#underWay.add(stored);
    }
  }

  /** The batches of the next chunk, about `least` messages; none where the first has an id that is under way. */
  #take(least: number): Batch[] {
    let [taken, count, bytes] = [0, 0, 0];
    for (const batch of this.#batches) {
      const isFull = count + batch.envelopes.length > SEND_CHUNK || bytes + batch.bytes > CHUNK_BYTES;
      if (count >= least || (taken > 0 && isFull)) break;
      if (batch.envelopes.some(({ id }) => this.#ids.has(id))) break;
      taken += 1;
      count += batch.envelopes.length;
      bytes += batch.bytes;
    }
    this.#count -= count;
    return this.#batches.splice(0, taken);
  }

  async #store(chunk: readonly Envelope[], batches: readonly Batch[]): Promise<void> {
    for (const { id } of chunk) this.#ids.add(id);
    const outcomes = await this.#call(chunk);
    for (const { id } of chunk) this.#ids.delete(id);
    for (const { envelopes, resolve } of batches) resolve(outcomes.splice(0, envelopes.length));
  }

  async #call(chunk: readonly Envelope[]): Promise<SendOutcome[]> {
    try {
      const letters = await this.#add(this.#marks.next(), chunk.flatMap(encodeForAdd));
      return chunk.map(({ id }, i) => outcomeOf(letters[i], id));
    } catch (thrown) {
      const error = toError(thrown);
      return chunk.map(() => ({ status: 'refused', error }));
    }
  }
}

function outcomeOf(letter: string | undefined, id: string): SendOutcome {
  if (letter === 'q') return { status: 'queued' };
  if (letter === 'c') return { status: 'coalesced' };
  return {
    status: 'refused',
    error: new QueueError('queue_full', `the queue is full, ${id} was not stored`),
  };
}

function bytesOf(envelopes: readonly Envelope[]): number {
  return envelopes.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** One piece, unless that is too much for one call. */
function piecesOf(envelopes: readonly Envelope[]): (readonly Envelope[])[] {
  if (bytesOf(envelopes) <= CHUNK_BYTES) return [envelopes];
  const pieces: Envelope[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const envelope of envelopes) {
    bytes += envelope.bytes;
    if (bytes > CHUNK_BYTES) {
      pieces.push([]);
      bytes = envelope.bytes;
    }
    pieces.at(-1)?.push(envelope);
  }
  return pieces;
}
