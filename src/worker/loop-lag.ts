import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** How often the loop is measured, in milliseconds; a measurement is that much later than the last by itself. */
const RESOLUTION_MS = 10;
const NANOSECONDS_PER_SECOND = 1e9;

/** How late timers ran since the last look, in seconds. */
export interface LoopLagReading {
  p50: number;
  p99: number;
  max: number;
}

/**
 * Measures how late the event loop is: a handler that blocks it delays every other one, while heartbeats go on
 * from their own thread and keep the leases. Uses the machine's time: a lag cannot be injected.
 */
export class LoopLag {
  readonly #histogram: ELDHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  /** @param registry gets `checkmend_event_loop_lag_seconds`, with the label `quantile` */
  constructor(registry?: Registry) {
    if (!registry || registry.getSingleMetric('checkmend_event_loop_lag_seconds')) return;
    const gauge = new Gauge({
      name: 'checkmend_event_loop_lag_seconds',
      help: 'How late the event loop ran its timers since the last scrape',
      labelNames: ['quantile'],
      registers: [registry],
      collect: () => {
        const { p50, p99, max } = this.read();
        gauge.set({ quantile: '0.5' }, p50);
        gauge.set({ quantile: '0.99' }, p99);
        gauge.set({ quantile: '1' }, max);
      },
    });
  }

  /** Begins to measure. */
  start(): void {
    this.#histogram.enable();
  }

  /** Measures no more; keeps no process alive. */
  stop(): void {
    this.#histogram.disable();
  }

  /** What was measured since the last call; zeros if nothing was. */
  read(): LoopLagReading {
    const { count } = this.#histogram;
    const lag = (nanoseconds: number) =>
      count === 0 ? 0 : Math.max(0, nanoseconds / NANOSECONDS_PER_SECOND - RESOLUTION_MS / 1000);
    const reading = {
      p50: lag(this.#histogram.percentile(50)),
      p99: lag(this.#histogram.percentile(99)),
      max: lag(this.#histogram.max),
    };
    this.#histogram.reset();
    return reading;
  }
}
