/** Buckets of a window: how finely it slides. */
const BUCKETS = 30;

/** Counts successes and errors of the last `windowMs`; what is older is forgotten bucket by bucket. */
export class SlidingWindow {
  readonly #bucketMs: number;
  readonly #buckets: { index: number; ok: number; failed: number }[] = [];

  /** @param windowMs milliseconds, > 0 */
  constructor(windowMs: number) {
    if (!(windowMs > 0)) throw new RangeError(`windowMs must be over 0, got ${windowMs}`);
    this.#bucketMs = windowMs / BUCKETS;
  }

  add(ok: boolean, now: number): void {
    const index = Math.floor(now / this.#bucketMs);
    const place = ((index % BUCKETS) + BUCKETS) % BUCKETS;
    let bucket = this.#buckets[place];
    if (bucket?.index !== index) {
      bucket = { index, ok: 0, failed: 0 };
      this.#buckets[place] = bucket;
    }
    if (ok) bucket.ok += 1;
    else bucket.failed += 1;
  }

  counts(now: number): { ok: number; failed: number } {
    const newest = Math.floor(now / this.#bucketMs);
    const sum = { ok: 0, failed: 0 };
    // Not by place alone: buckets of an earlier round lie here until they are written again.
    for (const bucket of this.#buckets) {
      if (!bucket || bucket.index <= newest - BUCKETS || bucket.index > newest) continue;
      sum.ok += bucket.ok;
      sum.failed += bucket.failed;
    }
    return sum;
  }
}
