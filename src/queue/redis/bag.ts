/**
 * A few things that come and go, such as calls under way. No `Set`: each that fills up leaves its dead table, and what
 * was in it, to the next one, and so a chain that the collector takes for alive until a full collection.
 */
export class Bag<T> implements Iterable<T> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  delete(item: T): void {
    const at = this.#items.indexOf(item);
    if (at >= 0) this.#items.splice(at, 1);
  }

  /** Those that are here now. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#items].values();
  }
}
