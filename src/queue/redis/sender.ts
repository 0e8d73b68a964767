import { randomBytes } from 'node:crypto';
import { QueueError, toError } from '../../errors.ts';
import type { Envelope } from '../envelope.ts';
import type { SendOutcome } from '../types.ts';
import { SEND_CHUNK } from '../validate.ts';
import { encodeForAdd } from './record.ts';

/** Most bytes of one call of the `add` script; one message is always taken. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Fewest sends of a turn of which half go a turn later where nothing is under way: then one half is answered, and sent
 * anew, while the server works on the other.
 */
const HALVED_LEAST = 16;

/** What was sent with one call, which a chunk holds whole. */
interface Batch {
  readonly envelopes: readonly Envelope[];
  readonly resolve: (outcomes: SendOutcome[]) => void;
}

/** A chunk as the server knows it again when its answer was lost. */
export interface ChunkMark {
  readonly nonce: string;
  /** Where its answer is kept, until so many later chunks of this sender have come. */
  readonly place: string;
}

/** Chunks of one sender whose answers are kept. */
const PLACES = 64;

/** Stores a chunk: its mark and, per message, the arguments of `add`; answers one letter per message. */
export type AddChunk = (mark: ChunkMark, args: string[]) => Promise<string>;

/**
 * Collects the sends of one queue that are issued in the same turn of the event loop and stores them with one call per
 * chunk. Every send still resolves only when its own messages are stored.
 */
export class Sender {
  readonly #add: AddChunk;
  readonly #prefix = randomBytes(4).toString('hex');
  #chunks = 0;
  #batches: Batch[] = [];
  /** Messages of those. */
  #count = 0;
  #scheduled = false;
  /** Chunks that are sent and not answered. */
  #underWay = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(add: AddChunk) {
    this.#add = add;
  }

  /**
   * Stores all in one step, unless they have more than 256 KiB.
   * @param envelopes 1..200; never rejects, what fails is `refused`
   */
  send(envelopes: readonly Envelope[]): Promise<SendOutcome[]> {
    return new Promise((resolve) => {
      if (this.#count + envelopes.length > SEND_CHUNK) this.#flush();
      this.#batches.push({ envelopes, resolve });
      this.#count += envelopes.length;
      // At once, while the rest of the turn is still being made ready: the server works meanwhile.
      if (this.#count >= SEND_CHUNK) this.#flush();
      this.#schedule();
    });
  }

  /** Resolves when everything sent so far has its outcome. */
  async drain(): Promise<void> {
    while (this.#scheduled) await new Promise((resolve) => setImmediate(resolve));
    await this.#tail;
  }

  #schedule(): void {
    if (this.#scheduled || this.#count === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush(
        this.#underWay === 0 && this.#count >= HALVED_LEAST ? Math.ceil(this.#count / 2) : this.#count,
      );
      this.#schedule();
    });
  }

  /** Sends off the first batches, until they have `least` messages together. */
  #flush(least = this.#count): void {
    let [batches, count] = [0, 0];
    while (count < least) count += this.#batches[batches++]?.envelopes.length ?? least;
    if (batches === 0) return;
    this.#count -= count;
    const before = this.#tail;
    const stored = this.#store(this.#batches.splice(0, batches));
    // Without a value: that of `Promise.all` would hold those of all calls before.
    this.#tail = stored.then(() => before);
  }

  async #store(batches: readonly Batch[]): Promise<void> {
    const chunks = chunksOf(batches);
    const outcomes = (await Promise.all(chunks.map((chunk) => this.#storeChunk(chunk)))).flat();
    for (const { envelopes, resolve } of batches) resolve(outcomes.splice(0, envelopes.length));
  }

  async #storeChunk(chunk: readonly Envelope[]): Promise<SendOutcome[]> {
    const number = this.#chunks++;
    const mark = {
      nonce: `${this.#prefix}${number.toString(36)}`,
      place: `${this.#prefix}${number % PLACES}`,
    };
    this.#underWay += 1;
    try {
      const letters = await this.#add(mark, chunk.flatMap(encodeForAdd));
      return chunk.map(({ id }, i) => outcomeOf(letters[i], id));
    } catch (thrown) {
      const error = toError(thrown);
      return chunk.map(() => ({ status: 'refused', error }));
    } finally {
      this.#underWay -= 1;
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

/** Parts no batch that fits into one call. */
function chunksOf(batches: readonly Batch[]): Envelope[][] {
  const chunks: Envelope[][] = [];
  let chunk: Envelope[] = [];
  let bytes = 0;
  const add = (envelopes: readonly Envelope[], more: number): void => {
    if (chunk.length > 0 && bytes + more > CHUNK_BYTES) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(...envelopes);
    bytes += more;
  };
  for (const { envelopes } of batches) {
    const all = envelopes.reduce((sum, envelope) => sum + envelope.bytes, 0);
    if (all <= CHUNK_BYTES) add(envelopes, all);
    else for (const envelope of envelopes) add([envelope], envelope.bytes);
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
