import type { Clock } from '../clock.ts';

interface Waiter {
  finish: () => void;
}

/**
 * Where exchanges wait for a message. Wakes are counted per queue, so that one that comes between a fetch and
 * the waiting is not missed: `wait` returns at once if there was one since `seen` was read.
 */
export class WaitRoom {
  readonly #clock: Clock;
  readonly #watch: (onChange: (queue: string | null) => void) => () => void;
  readonly #versions = new Map<string, number>();
  readonly #waiters = new Map<string, Set<Waiter>>();
  #guests = 0;
  #unwatch: (() => void) | undefined;

  /** @param watch subscribes to changes by others; in use only while somebody may wait */
  constructor(clock: Clock, watch: (onChange: (queue: string | null) => void) => () => void) {
    this.#clock = clock;
    this.#watch = watch;
  }

  /**
   * To be called before the first fetch of somebody who may wait: from here on changes by others count as
   * wakes. Answers how to leave.
   */
  enter(): () => void {
    if (this.#guests++ === 0) this.#unwatch = this.#watch((changed) => this.#changed(changed));
    return () => {
      if (--this.#guests > 0) return;
      this.#unwatch?.();
      this.#unwatch = undefined;
    };
  }

  /** Number of wakes of the queue so far. */
  version(queue: string): number {
    const version = this.#versions.get(queue) ?? 0;
    this.#versions.set(queue, version);
    return version;
  }

  /** Waits for a wake of the queue later than `seen`, for `ms`, or for the signal. */
  wait(queue: string, seen: number, ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted || this.version(queue) !== seen) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(queue) ?? new Set();
      const finish = () => {
        if (!waiters.delete(waiter)) return;
        timer.clear();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const waiter: Waiter = { finish };
      const timer = this.#clock.setTimeout(finish, ms);
      signal?.addEventListener('abort', finish, { once: true });
      this.#waiters.set(queue, waiters.add(waiter));
    });
  }

  /** Wakes up to `count` of those who wait for the queue, longest wait first. */
  wake(queue: string, count = 1): void {
    this.#versions.set(queue, this.version(queue) + 1);
    for (const waiter of [...(this.#waiters.get(queue) ?? [])].slice(0, count)) waiter.finish();
  }

  /** Wakes everybody. */
  wakeAll(): void {
    for (const queue of this.#waiters.keys()) this.wake(queue, Number.POSITIVE_INFINITY);
  }

  #changed(queue: string | null): void {
    for (const name of queue === null ? this.#versions.keys() : [queue]) this.wake(name);
  }
}
