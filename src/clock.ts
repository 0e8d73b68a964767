/** A timer that can be cancelled. Clearing twice, or after it fired, is harmless. */
export interface Timer {
  clear(): void;
}

/** All time that the package reads or waits for goes through a clock, so that tests need no sleeping. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch; may step. */
  now(): number;
  /** Milliseconds from an arbitrary origin; never steps back. For durations and deadlines. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` (>= 0). */
  setTimeout(callback: () => void, delayMs: number): Timer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback, delayMs) {
    const handle = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
    return { clear: () => clearTimeout(handle) };
  },
};

/**
 * Resolves after `delayMs`, or as soon as `signal` aborts (it never rejects: look at the signal).
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      timer.clear();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.setTimeout(finish, delayMs);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
