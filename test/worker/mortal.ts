import type { ManagedWorker, WorkerState } from '../../src/worker/index.ts';

/** A worker whose life is in the test's hands. */
export class Mortal implements ManagedWorker {
  readonly name: string;
  readonly queue = '';
  readonly exchange = null;
  readonly inFlight = 0;
  readonly log: string[];
  state: WorkerState = 'stopped';
  starts = 0;
  /** Thrown by the next start. */
  unable: Error | undefined;
  /** Thrown by `stop`. */
  stubborn: Error | undefined;
  #end = Promise.withResolvers<Error | null>();

  constructor(name = 'mortal', log: string[] = []) {
    this.name = name;
    this.log = log;
  }

  queueStats = async () => null;
  ended = () => this.#end.promise;

  start(): void {
    this.starts += 1;
    const { unable } = this;
    this.unable = undefined;
    if (unable) throw unable;
    this.state = 'running';
    this.#end = Promise.withResolvers<Error | null>();
  }

  quiet(): void {
    this.log.push(`${this.name} quiet`);
  }

  async stop(deadlineMs?: number): Promise<void> {
    this.log.push(`${this.name} stop ${deadlineMs}`);
    if (this.stubborn) throw this.stubborn;
    this.state = 'stopped';
    this.#end.resolve(null);
  }

  die(error: Error = new Error('a bug')): void {
    this.state = 'failed';
    this.#end.resolve(error);
  }
}
