import type { Clock } from '../clock.ts';

/** Keeps answers for a while; concurrent questions share one answer, failures are not kept. */
export class TtlCache<Value> {
  readonly #entries = new Map<string, { value: Promise<Value>; until: number }>();
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #maxEntries: number;

  /**
   * @param ttlMs milliseconds an answer is good for
   * @param maxEntries the oldest is forgotten beyond it; default 1000
   */
  constructor(clock: Clock, ttlMs: number, maxEntries = 1000) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
    this.#maxEntries = maxEntries;
  }

  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key);
    if (known && known.until > this.#clock.monotonic()) return known.value;
    const entry = { value: load(), until: this.#clock.monotonic() + this.#ttlMs };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries) break;
      this.#entries.delete(oldest);
    }
    return entry.value;
  }

  /** As `get`, but an answer older than `maxAgeMs` is asked for again. */
  renew(key: string, maxAgeMs: number, load: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(key);
    const age = known ? this.#ttlMs - (known.until - this.#clock.monotonic()) : 0;
    if (age > maxAgeMs) this.forget(key);
    return this.get(key, load);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}
