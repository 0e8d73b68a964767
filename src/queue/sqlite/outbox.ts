import { DatabaseError } from '../../sqlite/database.ts';
import type { EngineLimits, SendReply } from '../engine.ts';
import type { Envelope } from '../envelope.ts';
import { SEND_CHUNK } from '../validate.ts';

/** Stores envelopes in one transition, all or none. */
export type Store = (
  queue: string,
  envelopes: readonly Envelope[],
  limits: EngineLimits,
) => Promise<SendReply>;

interface Entry extends PromiseWithResolvers<SendReply> {
  readonly envelopes: readonly Envelope[];
}

interface Chunk {
  readonly queue: string;
  readonly limits: EngineLimits;
  readonly entries: Entry[];
  size: number;
}

/**
 * Collects the sends of one turn of the event loop: those to one queue become one transition, which reads and
 * writes the queue's counters once. A chunk that fails is stored send by send, so that each has its own error, unless
 * the file was locked: each would wait for it once more.
 */
export class Outbox {
  readonly #store: Store;
  readonly #atTurnEnd: (flush: () => void) => void;
  #chunks: Chunk[] = [];

  /** @param atTurnEnd calls what it is given once, after the sends of this turn */
  constructor(store: Store, atTurnEnd: (flush: () => void) => void) {
    this.#store = store;
    this.#atTurnEnd = atTurnEnd;
  }

  send(queue: string, envelopes: readonly Envelope[], limits: EngineLimits): Promise<SendReply> {
    if (this.#chunks.length === 0) this.#atTurnEnd(() => this.#flush());
    const entry: Entry = { envelopes, ...Promise.withResolvers<SendReply>() };
    const chunk = this.#chunks.findLast((it) => it.queue === queue);
    if (chunk && chunk.size + envelopes.length <= SEND_CHUNK) {
      chunk.entries.push(entry);
      chunk.size += envelopes.length;
    } else {
      this.#chunks.push({ queue, limits, entries: [entry], size: envelopes.length });
    }
    return entry.promise;
  }

  #flush(): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const chunk of chunks) void this.#storeChunk(chunk);
  }

  async #storeChunk({ queue, limits, entries }: Chunk): Promise<void> {
    try {
      const envelopes = entries.flatMap((entry) => entry.envelopes);
      const reply = await this.#store(queue, envelopes, limits);
      let from = 0;
      for (const { envelopes: own, resolve } of entries) {
        resolve({ ...reply, results: reply.results.slice(from, from + own.length) });
        from += own.length;
      }
    } catch (thrown) {
      const alone = entries.length === 1 || isLocked(thrown);
      for (const entry of entries) {
        if (alone) entry.reject(thrown);
        else this.#store(queue, entry.envelopes, limits).then(entry.resolve, entry.reject);
      }
    }
  }
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.cause instanceof DatabaseError && thrown.cause.code === 'locked';
}
