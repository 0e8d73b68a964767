const WOKEN = Symbol('woken');

/** A bell that ends whatever the loop waits for: rung once for everything that happened since the last wait. */
export class Wakeup {
  #controller = new AbortController();

  wake(): void {
    // With a reason: without one, an error is made for each call, also for all that come after the first.
    if (!this.#controller.signal.aborted) this.#controller.abort(WOKEN);
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
