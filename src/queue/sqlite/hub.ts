type Listener = (queue: string) => void;

const hubs = new Map<string, Set<Listener>>();

/** Tells the managers of one file in this process of each other's changes, without a look at the file. */
export class Hub {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** There is something to take in a queue. */
  announce(queue: string): void {
    for (const listener of hubs.get(this.#path) ?? []) listener(queue);
  }

  listen(listener: Listener): () => void {
    const listeners = hubs.get(this.#path) ?? new Set();
    hubs.set(this.#path, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && hubs.get(this.#path) === listeners) hubs.delete(this.#path);
    };
  }
}
