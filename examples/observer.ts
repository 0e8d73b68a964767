import type { WorkerMessage, WorkerObserver } from 'checkmend';

/** Tells somebody about messages that were slow, and about those that nobody will work on any more. */
export class AlarmObserver implements WorkerObserver {
  readonly #slowMs: number;
  readonly #tell: (line: string) => void;

  /** @param slowMs milliseconds in a handler from which a message is slow */
  constructor(slowMs: number, tell: (line: string) => void) {
    this.#slowMs = slowMs;
    this.#tell = tell;
  }

  processed(worker: string, { id }: WorkerMessage, durationMs: number): void {
    if (durationMs >= this.#slowMs) this.#tell(`${worker}: ${id} took ${Math.round(durationMs)} ms`);
  }

  dead(worker: string, { id }: WorkerMessage, reason: string): void {
    this.#tell(`${worker}: gave up on ${id}: ${reason}`);
  }
}
