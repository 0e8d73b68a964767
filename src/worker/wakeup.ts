/** A bell that ends whatever the loop waits for: rung once for everything that happened since the last wait. */
export class Wakeup {
  #controller = new AbortController();

  wake(): void {
    this.#controller.abort();
  }

  /** Aborts at the next `wake`; already aborted when there was one since the last call. */
  signal(): AbortSignal {
    const { signal } = this.#controller;
    if (signal.aborted) this.#controller = new AbortController();
    return signal;
  }

  /** Resolves at the next `wake`, or at once when there was one since the last call. */
  async wait(): Promise<void> {
    const signal = this.signal();
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}
