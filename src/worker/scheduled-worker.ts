import { type Clock, systemClock } from '../clock.ts';
import { toError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import { STOP_DEADLINE_MS } from './base-worker.ts';
import { LifeCycle } from './life-cycle.ts';
import type { ManagedWorker, WorkerState } from './managed-worker.ts';
import { MetricsCollector } from './metrics.ts';
import type { WorkerObserver } from './observer.ts';
import { within } from './options.ts';
import { Reporter } from './reporter.ts';
import { createSchedule, type Schedule, type ScheduleOptions } from './schedule.ts';
import { ScheduleLoop } from './schedule-loop.ts';
import type { SlotStore } from './slot-store.ts';

/** Options of {@link ScheduledWorker}. */
export interface ScheduledOptions {
  /** Unique in its process; also the name of the schedule in the whole fleet. */
  name: string;
  schedule: ScheduleOptions;
  /** Where ticks are claimed: shared by all processes that must not run the same one twice. */
  slotStore: SlotStore;
  /** A tick starts up to this many milliseconds late, at random, 0..86400000; default 0. */
  jitterMs?: number;
  /** Milliseconds a tick may take before its signal aborts with `timeout`; 0 = no limit, default 600000. */
  timeoutMs?: number;
  /** Answers a number in [0, 1); default `Math.random`. */
  random?: () => number;
  clock?: Clock;
  logger?: Logger;
  /** Null records nothing; default that of its `WorkerManager`, without one a collector of its own. */
  metrics?: MetricsCollector | null;
  observers?: readonly WorkerObserver[];
}

/** One run of a schedule. */
export interface ScheduledTick {
  /** The time that the schedule names, in milliseconds since the epoch: make ids of it, not of the clock. */
  readonly slot: number;
  /** Aborts with an `AbortReason`. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Does something again and again, by an interval or a cron expression.
 *
 * A tick never overlaps the next in one process; of all processes that share a slot store, one runs it. Ticks
 * that were missed (nobody ran, or the tick before took too long) are made up for by one run, at once; a schedule
 * that never ran counts as missed. A tick that throws is logged and counted, and the next one comes: what must
 * not be lost, a tick sends as a message.
 */
export abstract class ScheduledWorker implements ManagedWorker {
  readonly name: string;
  /** It has none. */
  readonly queue = '';
  readonly exchange = null;
  protected readonly clock: Clock;
  protected readonly logger: Logger;
  readonly #options: ScheduledOptions;
  readonly #schedule: Schedule;
  readonly #reporter: Reporter;
  readonly #cycle: LifeCycle<ScheduleLoop>;
  /** The one that goes on, also when a stop has let go of it. */
  #tick: Promise<void> | null = null;

  /** @throws ConfigError for a schedule that is none; RangeError for a number out of range */
  constructor(options: ScheduledOptions) {
    const { name, clock = systemClock, logger = silentLogger(), observers = [] } = options;
    within('jitterMs', options.jitterMs ?? 0, 0, 86_400_000);
    within('timeoutMs', options.timeoutMs ?? 0, 0, 86_400_000);
    this.name = name;
    this.clock = clock;
    this.logger = logger;
    this.#options = options;
    this.#schedule = createSchedule(options.schedule);
    const metrics = options.metrics === undefined ? new MetricsCollector({ clock }) : options.metrics;
    this.#reporter = new Reporter({ name, clock, logger, observers, metrics });
    this.#cycle = new LifeCycle(name, () => this.#begin(), this.#reporter);
  }

  /** The work of one tick. */
  protected abstract runTick(tick: ScheduledTick): Promise<void>;

  get state(): WorkerState {
    return this.#cycle.state;
  }

  /** 1 while a tick runs, or one that a stop let go of is waited for. */
  get inFlight(): number {
    return this.#cycle.life?.inFlight ?? 0;
  }

  /** Where its figures go; null for nowhere. */
  get metrics(): MetricsCollector | null {
    return this.#reporter.metrics;
  }

  /** Null: it has no queue. */
  async queueStats(): Promise<null> {
    return null;
  }

  /** Starts the schedule; one that runs is left as it is. @throws Error while it is quiet or stopping */
  start(): void {
    this.#cycle.start();
  }

  /** No further tick. */
  quiet(): void {
    this.#cycle.quiet();
  }

  /**
   * Waits for the tick that runs; past the deadline its signal aborts with `shutdown`, and it is waited for no
   * longer; after a start the next one waits until it has ended. Another call may only bring the deadline forward.
   * @param deadlineMs milliseconds >= 0; default 30000
   */
  async stop(deadlineMs: number = STOP_DEADLINE_MS): Promise<void> {
    await this.#cycle.stop(deadlineMs);
  }

  ended(): Promise<Error | null> {
    return this.#cycle.ended;
  }

  /** From now on; a worker that was made with `metrics`, or with null for none, keeps to that. */
  shareMetrics(metrics: MetricsCollector): void {
    if (this.#options.metrics === undefined) this.#reporter.shareMetrics(metrics);
  }

  #begin(): ScheduleLoop {
    const { slotStore, jitterMs = 0, timeoutMs = 600_000, random = Math.random } = this.#options;
    return new ScheduleLoop({
      name: this.name,
      schedule: this.#schedule,
      slotStore,
      jitterMs,
      timeoutMs,
      random,
      clock: this.clock,
      logger: this.logger,
      before: this.#tick,
      run: (slot, signal) => (this.#tick = this.#run(slot, signal)),
    });
  }

  async #run(slot: number, signal: AbortSignal): Promise<void> {
    const { name, clock } = this;
    const logger = this.logger.child({ worker: name, slot });
    const startedAt = clock.monotonic();
    const { metrics } = this.#reporter;
    metrics?.recordMessageStarted(name, clock.now());
    try {
      await this.runTick({ slot, signal, logger, clock });
      metrics?.recordMessageProcessed(name, clock.monotonic() - startedAt, clock.now());
    } catch (thrown) {
      logger.error({ err: toError(thrown) }, 'a tick failed');
      metrics?.recordMessageError(name, clock.monotonic() - startedAt, clock.now());
    } finally {
      this.#tick = null;
    }
  }
}
