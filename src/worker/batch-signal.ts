/** The signal of a batch: it aborts once every message whose result is not known yet has aborted. */
export class BatchSignal {
  readonly #controller = new AbortController();
  /** Aborts when there is nothing more to listen for. */
  readonly #over = new AbortController();
  readonly #signals: readonly AbortSignal[];
  /** Of those messages whose results are not known yet. */
  readonly #open: Set<AbortSignal>;

  /** @param signals of each message */
  constructor(signals: readonly AbortSignal[]) {
    this.#signals = signals;
    this.#open = new Set(signals);
    for (const signal of signals) {
      const aborted = () => {
        // To the end of the line: the reason of the last is that of the batch.
        if (this.#open.delete(signal)) this.#open.add(signal);
        this.#look();
      };
      signal.addEventListener('abort', aborted, { signal: this.#over.signal });
    }
    // They may have been aborted before.
    if (signals.length > 0) this.#look();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on each message is open until the promise of its result is settled; one without a promise is not. */
  follow(results: readonly unknown[]): void {
    for (const [index, signal] of this.#signals.entries()) {
      const result = results[index];
      const end = () => {
        this.#open.delete(signal);
        this.#look();
      };
      if (result instanceof Promise) result.then(end, end);
      else this.#open.delete(signal);
    }
    // Not before: until all are seen, one that has ended may stand there as open.
    this.#look();
  }

  /** Where all have ended there is nothing to abort. */
  #look(): void {
    const open = [...this.#open];
    if (!open.every(({ aborted }) => aborted)) return;
    this.#over.abort();
    if (open.length > 0) this.#controller.abort(open.at(-1)?.reason);
  }
}
