import { type Clock, systemClock } from '../clock.ts';
import { toError } from '../errors.ts';
import type { QueueStats } from '../queue/types.ts';
import {
  HEALTH_THRESHOLDS,
  type HealthCheck,
  type HealthCheckName,
  type HealthThresholds,
  type WorkerHealth,
} from './health.ts';
import type { ManagedWorker } from './managed-worker.ts';
import type { MetricsCollector } from './metrics.ts';
import type { WorkerMetrics } from './worker-figures.ts';

/** Options of {@link HealthChecker}. */
export interface HealthOptions {
  /** The workers to check, in this order; read at every check. */
  workers: () => Iterable<ManagedWorker>;
  /** Figures of workers that do not say where theirs go; default none. */
  metrics?: MetricsCollector;
  thresholds?: Partial<HealthThresholds>;
  clock?: Clock;
}

interface Facts {
  worker: ManagedWorker;
  /** Undefined where none are recorded. */
  metrics: WorkerMetrics | undefined;
  /** Null for a worker without a queue. */
  stats: QueueStats | null;
  now: number;
}

/**
 * Tells whether workers are well, by progress rather than by signs of life: a worker that answers but exchanges
 * nothing with its queue is ill.
 */
export class HealthChecker {
  readonly #workers: HealthOptions['workers'];
  readonly #metrics: MetricsCollector | undefined;
  readonly #clock: Clock;
  readonly #thresholds: HealthThresholds;

  constructor({ workers, metrics, thresholds = {}, clock = systemClock }: HealthOptions) {
    this.#workers = workers;
    this.#metrics = metrics;
    this.#clock = clock;
    const given = Object.entries(thresholds).filter(([, value]) => value !== undefined);
    this.#thresholds = { ...HEALTH_THRESHOLDS, ...Object.fromEntries(given) };
  }

  /** Looks at one worker. @throws Error if there is none of that name */
  async checkWorkerHealth(name: string): Promise<WorkerHealth> {
    for (const worker of this.#workers()) if (worker.name === name) return await this.#check(worker);
    throw new Error(`there is no worker ${name}`);
  }

  /** Looks at every worker. */
  async checkAllWorkers(): Promise<WorkerHealth[]> {
    return await Promise.all([...this.#workers()].map((worker) => this.#check(worker)));
  }

  async #check(worker: ManagedWorker): Promise<WorkerHealth> {
    const { metrics = this.#metrics } = worker;
    let stats: QueueStats | null = null;
    let unreachable: Error | undefined;
    try {
      stats = await worker.queueStats();
    } catch (thrown) {
      unreachable = toError(thrown);
    }
    const facts = { worker, metrics: metrics?.getMetrics(worker.name), stats, now: this.#clock.now() };
    const checks = [
      this.#running(facts),
      this.#activity(facts),
      this.#errorRate(facts),
      this.#queueSize(facts, unreachable),
      this.#exchange(facts),
    ];
    return {
      worker: worker.name,
      healthy: checks.every(({ ok }) => ok),
      checks,
      checkedAt: facts.now,
    };
  }

  #running({ worker }: Facts): HealthCheck {
    return { name: 'running', ok: worker.state === 'running', detail: `it is ${worker.state}` };
  }

  /** Silence is an illness only while there is work: as long as the oldest message has been there. */
  #activity({ worker, metrics, stats, now }: Facts): HealthCheck {
    const name = 'recent_activity';
    const waitingMs = stats !== null && stats.ready > 0 && !stats.paused ? stats.oldestAgeMs : null;
    const workMs = worker.inFlight > 0 ? Number.POSITIVE_INFINITY : waitingMs;
    if (workMs === null) return { name, ok: true, detail: 'there is no work' };
    if (!metrics) return unjudged(name);
    const last = Math.max(metrics.lastStartedAt ?? 0, metrics.lastProcessedAt ?? 0, now - metrics.uptimeMs);
    const silent = Math.min(now - last, workMs);
    const detail = `nothing was started or ended for ${seconds(silent)} while there is work`;
    return { name, ok: silent <= this.#thresholds.activityMs, detail };
  }

  #errorRate({ metrics }: Facts): HealthCheck {
    const name = 'error_rate';
    if (!metrics) return unjudged(name);
    const { recent, errorRate } = metrics;
    const { maxErrorRate, minSample } = this.#thresholds;
    const rate = errorRate ?? 0;
    const detail = `${(rate * 100).toFixed(1)} % of the last ${recent} messages failed`;
    return { name, ok: recent < minSample || rate <= maxErrorRate, detail };
  }

  #queueSize({ stats }: Facts, unreachable: Error | undefined): HealthCheck {
    const name = 'queue_size';
    if (unreachable) return { name, ok: false, detail: `it cannot be read: ${unreachable.message}` };
    const size = stats ? stats.ready + stats.delayed : 0;
    return { name, ok: size <= this.#thresholds.maxQueueSize, detail: `${size} messages wait` };
  }

  #exchange({ worker: { exchange }, now }: Facts): HealthCheck {
    const name = 'last_exchange';
    if (exchange === null) return { name, ok: true, detail: 'it has no queue' };
    // While all handlers are busy there is nothing to ask the queue for: that is no silence.
    const silent = exchange.tryingSince === null ? 0 : now - exchange.tryingSince;
    const detail =
      silent === 0
        ? 'the queue answers'
        : `the queue was asked ${seconds(silent)} ago, without an answer yet`;
    return { name, ok: silent <= exchange.waitMs + this.#thresholds.maxSilenceMs, detail };
  }
}

/** What cannot be known is no illness. */
function unjudged(name: HealthCheckName): HealthCheck {
  return { name, ok: true, detail: 'it records no figures, and is not judged' };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
