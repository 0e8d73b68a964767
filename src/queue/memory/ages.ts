import { Heap } from './heap.ts';

/** When a message came, and its place in the order of arrival. */
interface Arrival {
  readonly seq: number;
  readonly sentAt: number;
}

/** Entries of messages that are gone, beyond which they are swept out. */
const STALE_MAX = 64;

/** Arrivals of the ready messages: which is the oldest. It holds no message. */
export class Ages {
  readonly #ready = new Set<number>();
  #arrivals = newHeap();

  /** Entries that it keeps. */
  get kept(): number {
    return this.#arrivals.size;
  }

  add({ seq, sentAt }: Arrival): void {
    if (this.#ready.has(seq)) return;
    this.#ready.add(seq);
    this.#arrivals.push({ seq, sentAt });
    if (this.#arrivals.size > 2 * this.#ready.size + STALE_MAX) this.#sweep();
  }

  remove({ seq }: Arrival): void {
    this.#ready.delete(seq);
  }

  /** When the oldest was sent; null if there is none. */
  oldest(): number | null {
    return this.#arrivals.peekCurrent(({ seq }) => this.#ready.has(seq))?.sentAt ?? null;
  }

  #sweep(): void {
    const swept = newHeap();
    const kept = new Set<number>();
    for (let next = this.#arrivals.pop(); next !== undefined; next = this.#arrivals.pop()) {
      // A message that came back has an entry of each time.
      if (this.#ready.has(next.seq) && !kept.has(next.seq)) swept.push(next);
      kept.add(next.seq);
    }
    this.#arrivals = swept;
  }
}

function newHeap(): Heap<Arrival> {
  return new Heap<Arrival>((left, right) => left.seq - right.seq);
}
