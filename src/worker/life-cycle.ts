import type { WorkerState } from './managed-worker.ts';
import type { Reporter } from './reporter.ts';

/** One life of a worker, from a start to a stop. */
export interface Life {
  readonly inFlight: number;
  /** Resolves when it has ended; with the error if it died of one. Never rejects. */
  readonly ended: Promise<Error | null>;
  quiet(): void;
  /** Resolves when it has ended, soon after `deadlineMs` at the latest; a later call may bring that forward. */
  stop(deadlineMs: number): Promise<void>;
}

/** The states of a worker and the verbs between them. */
export class LifeCycle<Kind extends Life> {
  readonly #name: string;
  readonly #begin: () => Kind;
  readonly #reporter: Reporter;
  #state: WorkerState = 'stopped';
  #life: Kind | undefined;
  #ended: Promise<Error | null> = Promise.resolve(null);

  /** @param begin starts a life */
  constructor(name: string, begin: () => Kind, reporter: Reporter) {
    this.#name = name;
    this.#begin = begin;
    this.#reporter = reporter;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** The life that goes on, or the last one. */
  get life(): Kind | undefined {
    return this.#life;
  }

  get ended(): Promise<Error | null> {
    return this.#ended;
  }

  /** One that runs is left as it is. @throws Error while it is quiet or stopping */
  start(): void {
    if (this.#state === 'running') return;
    if (this.#state === 'quiet' || this.#state === 'stopping') throw new Error(`${this.#name} is stopping`);
    const life = this.#begin();
    this.#life = life;
    this.#state = 'running';
    this.#ended = life.ended.then((error) => this.#end(error));
    this.#reporter.started();
  }

  quiet(): void {
    if (this.#state !== 'running') return;
    this.#state = 'quiet';
    this.#life?.quiet();
  }

  /** Of several deadlines, the first that comes counts. */
  async stop(deadlineMs: number): Promise<void> {
    this.quiet();
    // Of this life: by the time that it is over, the next may have begun.
    const ended = this.#ended;
    if (this.#state === 'quiet' || this.#state === 'stopping') {
      this.#state = 'stopping';
      await this.#life?.stop(deadlineMs);
    }
    await ended;
  }

  #end(error: Error | null): Error | null {
    this.#state = error ? 'failed' : 'stopped';
    this.#reporter.stopped(error);
    return error;
  }
}
