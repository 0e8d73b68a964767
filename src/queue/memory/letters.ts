import type { LetterSelection, StoredLetter } from '../engine.ts';
import type { MemoryMessage } from './message.ts';

/** A dead letter with what is needed to send its message again. */
interface MemoryLetter extends Omit<StoredLetter, 'annotation'> {
  annotation: string | null;
  /** How much sooner than its sent time it ranks, in milliseconds. */
  readonly weight: number;
  readonly bytes: number;
  readonly maxRetries: number;
  readonly group: string | null;
  readonly expiresAt: number | null;
}

/** The dead set of one queue, oldest first; the newest letter of an id stands. */
export class Letters {
  readonly #letters = new Map<string, MemoryLetter>();
  #position = 0;

  get size(): number {
    return this.#letters.size;
  }

  add(message: MemoryMessage, attempts: number, error: string, now: number): void {
    this.#letters.delete(message.id);
    this.#letters.set(message.id, {
      position: ++this.#position,
      id: message.id,
      body: message.body,
      bytes: message.bytes,
      retries: message.retries,
      maxRetries: message.maxRetries,
      group: message.group,
      expiresAt: message.expiresAt,
      weight: message.sentAt - message.score,
      attempts,
      error,
      failedAt: now,
      annotation: null,
    });
  }

  get(id: string): MemoryLetter | undefined {
    return this.#letters.get(id);
  }

  /** Up to `limit` letters behind the position. */
  page(after: number, limit: number): MemoryLetter[] {
    const page: MemoryLetter[] = [];
    for (const letter of this.#letters.values()) {
      if (page.length === limit) break;
      if (letter.position > after) page.push(letter);
    }
    return page;
  }

  /** Removes the letters that are selected; answers them. */
  remove({ ids, limit }: LetterSelection): MemoryLetter[] {
    const letters = ids ? ids.flatMap((id) => this.#letters.get(id) ?? []) : this.page(0, limit);
    for (const letter of letters) this.#letters.delete(letter.id);
    return letters;
  }
}
