import { type Clock, systemClock, type Timer } from '../clock.ts';
import { QueueError, toError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { STOP_DEADLINE_MS } from './base-worker.ts';
import type { HealthThresholds } from './health.ts';
import { HealthChecker } from './health-checker.ts';
import { LoopLag } from './loop-lag.ts';
import type { ManagedWorker, WorkerState } from './managed-worker.ts';
import { MetricsCollector } from './metrics.ts';
import { ExponentialBackoff, type RetryPolicy } from './retry-policy.ts';
import type { SlotPool } from './slot-pool.ts';

/** Where one worker stands. */
export interface WorkerStatus {
  name: string;
  /** Empty for a worker without a queue. */
  queue: string;
  state: WorkerState;
  running: boolean;
  /** Waiting and delayed messages of its queue; -1 while the queue is out of reach. */
  queueSize: number;
  inFlight: number;
  /** 0 for a worker that records no figures, as with `errors`. */
  processed: number;
  errors: number;
  /** Milliseconds since the epoch; null before the first. */
  lastSuccessAt: number | null;
  /** How often it died and was started again. */
  restarts: number;
}

/** Options of {@link WorkerManager}. */
export interface WorkerManagerOptions {
  clock?: Clock;
  logger?: Logger;
  /** Delays before a worker that died is started again; default from 1 s, doubling to 60 s, without an end. */
  restartPolicy?: RetryPolicy;
  thresholds?: Partial<HealthThresholds>;
  /** Slots that its workers draw from by their `slotPriority`, those aside that have a pool of their own; default none. */
  slots?: SlotPool;
}

interface Member {
  readonly worker: ManagedWorker;
  restarts: number;
  /** Deaths since it last ran for {@link STEADY_MS}. */
  deaths: number;
  /** The end of the life that is looked after. */
  ended?: Promise<Error | null> | undefined;
  timer?: Timer;
}

/** A worker that ran for this long starts its back-off anew when it dies, in milliseconds. */
const STEADY_MS = 60_000;

/** Delay where the restart policy answers none that can be used, in milliseconds. */
const RESTART_FALLBACK_MS = 60_000;

/** Starts and stops the workers of a process together, and starts again those that die. */
export class WorkerManager {
  readonly health: HealthChecker;
  readonly metrics: MetricsCollector;
  readonly #members = new Map<string, Member>();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #restartPolicy: RetryPolicy;
  readonly #slots: SlotPool | undefined;
  readonly #loopLag: LoopLag;
  #open = false;

  /** @param metrics of its workers, those aside that were made with another */
  constructor(metrics: MetricsCollector = new MetricsCollector(), options: WorkerManagerOptions = {}) {
    const { clock = systemClock, logger = silentLogger(), thresholds = {} } = options;
    this.metrics = metrics;
    this.#clock = clock;
    this.#logger = logger;
    this.#restartPolicy = options.restartPolicy ?? new ExponentialBackoff({ baseMs: 1000, maxMs: 60_000 });
    this.#slots = options.slots;
    this.#loopLag = new LoopLag(metrics.registry);
    const workers = () => [...this.#members.values()].map(({ worker }) => worker);
    this.health = new HealthChecker({ workers, metrics, thresholds, clock });
  }

  /** Takes a worker in; one that does not run is not started yet. @throws Error for a second worker of one name */
  register(worker: ManagedWorker): this {
    if (this.#members.has(worker.name)) throw new Error(`there is a worker ${worker.name} already`);
    const member: Member = { worker, restarts: 0, deaths: 0 };
    this.#members.set(worker.name, member);
    if (worker.state === 'running') this.#watch(member);
    this.metrics.track(worker);
    worker.shareMetrics?.(this.metrics);
    if (this.#slots) worker.shareSlots?.(this.#slots);
    return this;
  }

  /**
   * Starts every worker; one that cannot start is tried again, as if it had died. One that runs already is looked after
   * like the others.
   */
  startAll(): void {
    this.#open = true;
    this.#loopLag.start();
    for (const member of this.#members.values()) {
      // Whoever starts a dead worker before its time does it in the place of the timer.
      member.timer?.clear();
      if (member.worker.state !== 'running') this.#start(member);
      else if (!member.ended) this.#watch(member);
    }
  }

  /** Takes nothing new, anywhere. */
  quietAll(): void {
    this.#open = false;
    for (const { worker, timer } of this.#members.values()) {
      timer?.clear();
      worker.quiet();
    }
  }

  /**
   * Quiets everything first, then stops all within one common deadline.
   * @throws AggregateError when workers did not stop cleanly
   */
  async stopAll(deadlineMs: number = STOP_DEADLINE_MS): Promise<void> {
    this.quietAll();
    const settled = await Promise.allSettled(
      [...this.#members.values()].map(({ worker }) => worker.stop(deadlineMs)),
    );
    this.#loopLag.stop();
    const errors = settled.flatMap((it) => (it.status === 'rejected' ? [it.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, 'not every worker stopped cleanly');
  }

  /**
   * In the order of registration.
   * @param options `look`: asks the queues for their sizes; without, they are as last seen. Default true
   */
  async getWorkerStatus({ look = true }: { look?: boolean } = {}): Promise<WorkerStatus[]> {
    if (look) await this.metrics.refresh();
    return [...this.#members.values()].map(({ worker, restarts }) => {
      const { queueSize, ...shared } = this.metrics.getMetrics(worker.name);
      const { processed, errors, lastSuccessAt } = worker.metrics?.getMetrics(worker.name) ?? shared;
      return {
        name: worker.name,
        queue: worker.queue,
        state: worker.state,
        running: worker.state === 'running',
        queueSize: queueSize ?? (worker.queue === '' ? 0 : -1),
        inFlight: worker.inFlight,
        processed,
        errors,
        lastSuccessAt,
        restarts,
      };
    });
  }

  #start(member: Member): void {
    try {
      member.worker.start();
    } catch (thrown) {
      this.#died(member, toError(thrown), this.#clock.monotonic());
      return;
    }
    this.#watch(member);
  }

  /** Looks after the life that goes on: it is started again if it dies. */
  #watch(member: Member): void {
    const startedAt = this.#clock.monotonic();
    const ended = member.worker.ended();
    member.ended = ended;
    void ended.then((error) => {
      // By now, the next life may have begun.
      if (member.ended === ended) member.ended = undefined;
      if (error) this.#died(member, error, startedAt);
    });
  }

  #died(member: Member, error: Error, startedAt: number): void {
    const { worker } = member;
    // A closed queue manager does not open again.
    if (!this.#open || (error instanceof QueueError && error.code === 'closed')) return;
    const ran = this.#clock.monotonic() - startedAt;
    member.deaths = ran >= STEADY_MS ? 1 : member.deaths + 1;
    const delayMs = this.#delayOf(member.deaths, error);
    this.#logger.error({ err: error, worker: worker.name, delayMs }, 'a worker died, and is started again');
    member.timer = this.#clock.setTimeout(() => {
      member.restarts += 1;
      this.#start(member);
    }, delayMs);
  }

  /** A policy is other people's code: one that fails must neither leave a worker dead nor start it in a circle. */
  #delayOf(deaths: number, error: Error): number {
    try {
      const delayMs = this.#restartPolicy.delayMs(deaths, error);
      return Number.isFinite(delayMs) && delayMs >= 0 ? delayMs : RESTART_FALLBACK_MS;
    } catch (thrown) {
      this.#logger.error({ err: toError(thrown) }, 'the restart policy failed');
      return RESTART_FALLBACK_MS;
    }
  }
}
