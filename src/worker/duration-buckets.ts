/** Upper bounds of the buckets, in seconds. */
const BOUNDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600] as const;

/** How many durations lay within each bound, for a Prometheus histogram. */
export class DurationBuckets {
  /** By the first bound that holds it; what is over all of them, last. */
  readonly #counts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  #sum = 0;
  #count = 0;

  /** Of all durations, in seconds. */
  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  /** For each bound, in seconds, how many durations are no longer than it. */
  get cumulative(): [bound: number, count: number][] {
    let total = 0;
    return BOUNDS.map((bound, i) => {
      total += this.#counts[i] ?? 0;
      return [bound, total];
    });
  }

  /** @param seconds >= 0; one that is not finite is not counted, as the sum would never be one again */
  add(seconds: number): void {
    if (!Number.isFinite(seconds)) return;
    let at = 0;
    while (at < BOUNDS.length && seconds > (BOUNDS[at] as number)) at++;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += seconds;
    this.#count += 1;
  }
}
