import type { Timer } from '../clock.ts';
import type { Lease } from '../queue/types.ts';
import type { Execution } from './execution.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import { isSame } from './tray.ts';

/**
 * The executions of a loop that have not ended, with one timer for the time limit of them all. An array, for the
 * reason given for `Tray`.
 */
export class Executions {
  readonly #options: Pick<ResolvedWorkerOptions, 'clock' | 'timeoutMs'>;
  readonly #list: Execution[] = [];
  #limit: Timer | undefined;

  constructor(options: Pick<ResolvedWorkerOptions, 'clock' | 'timeoutMs'>) {
    this.#options = options;
  }

  get size(): number {
    return this.#list.length;
  }

  /** Those that go on now. */
  get all(): Execution[] {
    return [...this.#list];
  }

  add(execution: Execution): void {
    execution.place = this.#list.push(execution) - 1;
    const { timeoutMs } = this.#options;
    if (timeoutMs > 0 && !this.#limit) this.#watch(timeoutMs);
  }

  /** Takes one out; answers whether it was there. */
  remove(execution: Execution): boolean {
    const { place } = execution;
    if (place < 0) return false;
    execution.place = -1;
    const last = this.#list.pop();
    if (last && last !== execution) {
      this.#list[place] = last;
      last.place = place;
    }
    return true;
  }

  find(lease: Lease): Execution | undefined {
    return this.#list.find(({ leased }) => isSame(leased.lease, lease));
  }

  /** Forgets all of them; their time limit counts no more. */
  clear(): void {
    this.#limit?.clear();
    this.#limit = undefined;
    for (const execution of this.#list) execution.place = -1;
    this.#list.length = 0;
  }

  #watch(ms: number): void {
    this.#limit = this.#options.clock.setTimeout(() => this.#look(), ms);
  }

  /** Aborts those whose time is over; the next look is when that of another will be. */
  #look(): void {
    this.#limit = undefined;
    const { timeoutMs } = this.#options;
    let next = Number.POSITIVE_INFINITY;
    for (const execution of this.all) {
      const left = timeoutMs - execution.durationMs;
      if (left <= 0) execution.abort('timeout');
      else next = Math.min(next, left);
    }
    if (next < Number.POSITIVE_INFINITY) this.#watch(next);
  }
}
