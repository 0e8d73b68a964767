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
const SPLIT_LEAST = 16;

interface Entry {
  readonly envelope: Envelope;
  readonly resolve: (outcome: SendOutcome) => void;
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
 * Collects the sends of one queue that are issued in the same turn of the event loop and stores them with one
 * call per chunk. Every send still resolves only when its own message is stored.
 */
export class Sender {
  readonly #add: AddChunk;
  readonly #prefix = randomBytes(4).toString('hex');
  #chunks = 0;
  #entries: Entry[] = [];
  #scheduled = false;
  #tail: Promise<unknown> = Promise.resolve();
  /** Chunks that are sent and not answered. */
  #underWay = 0;

  constructor(add: AddChunk) {
    this.#add = add;
  }

  send(envelope: Envelope): Promise<SendOutcome> {
    return new Promise((resolve) => {
      this.#entries.push({ envelope, resolve });
      // At once, while the rest of the turn is still being made ready: the server works meanwhile.
      if (this.#entries.length >= SEND_CHUNK) this.#flush(SEND_CHUNK);
      this.#schedule();
    });
  }

  /** Resolves when everything sent so far has its outcome. */
  async drain(): Promise<void> {
    while (this.#scheduled) await new Promise((resolve) => setImmediate(resolve));
    await this.#tail;
  }

  #schedule(): void {
    if (this.#scheduled || this.#entries.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const count = this.#entries.length;
      const halves = this.#underWay === 0 && count >= SPLIT_LEAST;
      this.#flush(halves ? Math.ceil(count / 2) : count);
      this.#schedule();
    });
  }

  #flush(count: number): void {
    const chunks = chunksOf(this.#entries.splice(0, count));
    this.#underWay += chunks.length;
    this.#tail = Promise.all([this.#tail, ...chunks.map((chunk) => this.#store(chunk))]);
  }

  async #store(chunk: readonly Entry[]): Promise<void> {
    const args: string[] = [];
    for (const { envelope } of chunk) args.push(...encodeForAdd(envelope));
    try {
      const number = this.#chunks++;
      const nonce = `${this.#prefix}${number.toString(36)}`;
      const letters = await this.#add({ nonce, place: `${this.#prefix}${number % PLACES}` }, args);
      for (const [i, entry] of chunk.entries()) entry.resolve(outcomeOf(letters[i], entry.envelope.id));
    } catch (thrown) {
      const error = toError(thrown);
      for (const entry of chunk) entry.resolve({ status: 'refused', error });
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

function chunksOf(entries: readonly Entry[]): Entry[][] {
  const chunks: Entry[][] = [];
  let chunk: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const over = bytes + entry.envelope.bytes > CHUNK_BYTES;
    if (chunk.length > 0 && over) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(entry);
    bytes += entry.envelope.bytes;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
