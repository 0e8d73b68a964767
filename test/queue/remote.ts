import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Lease, QueueManager } from '../../src/queue/types.ts';
import type { RemoteBackend, RemoteMethod, RemoteReport, RemoteRequest } from './remote-process.ts';

const PROGRAM = fileURLToPath(new URL('./remote-process.ts', import.meta.url));

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A queue manager in a process of its own. */
export class Remote {
  readonly lost: { lease: Lease; reason: string }[] = [];
  readonly durable: string[] = [];
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (report: RemoteReport & { kind: 'answer' }) => void>();
  readonly #ready: Promise<void>;
  readonly #exited: Promise<unknown>;
  #onReport: () => void = () => {};
  #requests = 0;

  /** @param before words before the program's, e.g. `HEEDING_PERMISSIONS` */
  constructor(backend: RemoteBackend, before: readonly string[] = []) {
    const [execPath = process.execPath, ...execArgv] = [...before, process.execPath];
    this.#child = fork(PROGRAM, [JSON.stringify(backend)], { execPath, execArgv });
    this.#exited = once(this.#child, 'exit');
    this.#ready = new Promise((resolve, reject) => {
      this.#child.on('message', (report: RemoteReport) => {
        if (report.kind === 'ready') resolve();
        if (report.kind === 'failed') reject(Object.assign(new Error('not opened'), report));
        this.#take(report);
      });
      this.#exited.then(() => reject(new Error('it ended before it was ready')), reject);
    });
    // Not everyone waits until it is ready before it is killed.
    this.#ready.catch(() => undefined);
  }

  /** Resolves when the manager is there; rejects with the `code` and `cause` of why it cannot be. */
  ready(): Promise<void> {
    return this.#ready;
  }

  call<Name extends RemoteMethod>(
    method: Name,
    ...args: Parameters<QueueManager[Name]>
  ): ReturnType<QueueManager[Name]> {
    return this.request({ kind: 'call', method, args }) as ReturnType<QueueManager[Name]>;
  }

  request(request: Unnumbered<RemoteRequest>): Promise<unknown> {
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ value, error }) => {
        if (error) reject(Object.assign(new Error(error.message), { code: error.code }));
        else resolve(value);
      });
      this.#child.send({ id, ...request });
    });
  }

  /** Resolves when `condition` holds, looking at it after every report. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onReport = () => condition() && resolve();
      this.#onReport();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the process is gone. */
  async gone(): Promise<void> {
    await this.#exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGKILL, and wait until it is gone. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #take(report: RemoteReport): void {
    if (report.kind === 'lost') this.lost.push(report);
    if (report.kind === 'durable') this.durable.push(report.message);
    if (report.kind === 'answer') this.#answers.get(report.id)?.(report);
    this.#onReport();
  }
}
