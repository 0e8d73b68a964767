import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client';
import type { DurationBuckets } from './duration-buckets.ts';

type Values = MetricObjectWithValues<MetricValueWithName<'worker' | 'le'>>;

/** Options of {@link DurationHistogram}. */
export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
  /** Durations by worker, read at every scrape. */
  readonly read: () => Iterable<readonly [worker: string, durations: DurationBuckets]>;
}

/**
 * A histogram that reads at a scrape what is counted elsewhere: `observe` looks its labels up anew for every message,
 * which is a twentieth of all that a worker does for a short one. So `observe` and `reset` have no effect on it.
 */
export class DurationHistogram extends Histogram<'worker'> {
  readonly #name: string;
  readonly #help: string;
  readonly #read: DurationHistogramOptions['read'];

  constructor({ name, help, registers, read }: DurationHistogramOptions) {
    super({ name, help, registers, labelNames: ['worker'] });
    this.#name = name;
    this.#help = help;
    this.#read = read;
  }

  override async get(): Promise<Values> {
    const values = [...this.#read()].flatMap(([worker, durations]) => this.#valuesOf(worker, durations));
    // The library's types have a number for its type, and a function that it does not answer.
    const answer: unknown = {
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      values,
    };
    return answer as Values;
  }

  /** What a registry asks for its page in place of `get`, where there is one. */
  getForPromString(): Promise<Values> {
    return this.get();
  }

  #valuesOf(worker: string, { cumulative, sum, count }: DurationBuckets): Values['values'] {
    const value = (part: string, value: number, le?: string | number) => ({
      metricName: `${this.#name}_${part}`,
      labels: le === undefined ? { worker } : { le, worker },
      value,
    });
    return [
      ...cumulative.map(([le, count]) => value('bucket', count, le)),
      value('bucket', count, '+Inf'),
      value('sum', sum),
      value('count', count),
    ];
  }
}
