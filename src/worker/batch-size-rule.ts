/** Decides how large the next batch is. */
export interface BatchSizeRule {
  /** Size of the first batch. */
  readonly initial: number;
  /**
   * Answers the size of the next batch; it is held within 1..256. One that throws is logged, and the size stays.
   * @param size of the last batches at most
   * @param durationsMs what the last batches took, at most ten, oldest first
   */
  next(size: number, durationsMs: readonly number[]): number;
}

/** Options of {@link AverageTimeRule}. */
export interface AverageTimeOptions {
  /** Smallest batch, >= 1; default 5. */
  min?: number;
  /** Largest batch, up to 256; default 50. */
  max?: number;
  /** Size of the first batch; default 10, within the bounds. */
  initial?: number;
  /** An average above makes batches smaller, in milliseconds; default 5000. */
  slowMs?: number;
  /** An average below makes them larger, in milliseconds; default 2000. */
  fastMs?: number;
}

/** A fifth smaller when the last batches took too long on average, a fifth larger when they were fast. */
export class AverageTimeRule implements BatchSizeRule {
  readonly initial: number;
  readonly #options: Required<AverageTimeOptions>;

  /** @throws RangeError when the bounds are no range within 1..256, or `fastMs` is over `slowMs` */
  constructor(options: AverageTimeOptions = {}) {
    this.#options = { min: 5, max: 50, initial: 10, slowMs: 5000, fastMs: 2000, ...options };
    const { min, max, initial, slowMs, fastMs } = this.#options;
    if (!(min >= 1 && min <= max && max <= 256))
      throw new RangeError(`bounds must be within 1..256, got ${min}..${max}`);
    if (!(fastMs <= slowMs))
      throw new RangeError(`fastMs must be at most slowMs, got ${fastMs} and ${slowMs}`);
    this.initial = Math.min(max, Math.max(min, initial));
  }

  next(size: number, durationsMs: readonly number[]): number {
    const { min, max, slowMs, fastMs } = this.#options;
    // Of nothing there is no average, which is neither slow nor fast.
    const average = durationsMs.reduce((sum, duration) => sum + duration, 0) / durationsMs.length;
    if (average > slowMs) return Math.max(min, Math.floor(size * 0.8));
    if (average < fastMs) return Math.min(max, Math.ceil(size * 1.2));
    return size;
  }
}
