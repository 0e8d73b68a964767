import type { WorkerMessage } from '../messages/worker-message.ts';
import type { QueueStats } from '../queue/types.ts';
import type { WorkerContext } from './context.ts';
import type { Execution } from './execution.ts';
import { LifeCycle } from './life-cycle.ts';
import type { ExchangeFacts, ManagedWorker, WorkerState } from './managed-worker.ts';
import type { MetricsCollector } from './metrics.ts';
import { type ResolvedWorkerOptions, resolveWorkerOptions, type WorkerOptions } from './options.ts';
import { Reporter } from './reporter.ts';
import type { SlotPool } from './slot-pool.ts';
import { type JobSource, WorkerLoop } from './worker-loop.ts';

/** Milliseconds that a stop may take unless told otherwise. */
export const STOP_DEADLINE_MS = 30_000;

/**
 * Takes messages of one queue and settles each by the outcome of `processMessage`. At least once: a handler may
 * see a message again after a crash or a lost lease, so its effects must be idempotent.
 */
export abstract class BaseWorker implements ManagedWorker {
  protected readonly options: ResolvedWorkerOptions;
  protected readonly reporter: Reporter;
  readonly #cycle: LifeCycle<WorkerLoop>;
  readonly #ownMetrics: boolean;
  #sharedSlots: SlotPool | null = null;

  /** @throws RangeError for an option out of range */
  constructor(options: WorkerOptions) {
    this.options = resolveWorkerOptions(options);
    this.reporter = new Reporter(this.options);
    this.#ownMetrics = options.metrics === undefined;
    this.#cycle = new LifeCycle(this.name, () => this.#begin(), this.reporter);
  }

  /**
   * The work: answers an outcome, `true` (done) or `false` (retry). Throwing is a retry by policy; see
   * `outcomeOfError` for the errors that mean something else.
   */
  protected abstract processMessage(message: WorkerMessage, context: WorkerContext): unknown;

  get name(): string {
    return this.options.name;
  }

  get queue(): string {
    return this.options.queue;
  }

  get state(): WorkerState {
    return this.#cycle.state;
  }

  get inFlight(): number {
    return this.#cycle.life?.inFlight ?? 0;
  }

  get exchange(): ExchangeFacts {
    const { lastSuccessAt = null, tryingSince = null } = this.#cycle.life?.exchangeTimes ?? {};
    return { lastSuccessAt, tryingSince, waitMs: this.options.waitMs };
  }

  /** Where its figures go; null for nowhere. */
  get metrics(): MetricsCollector | null {
    return this.reporter.metrics;
  }

  queueStats(): Promise<QueueStats> {
    return this.options.queues.getQueueStats(this.queue);
  }

  /** Waiting and delayed messages of its queue. */
  queueSize(): Promise<number> {
    return this.options.queues.getQueueSize(this.queue);
  }

  /**
   * Starts taking messages. A worker that runs already is left as it is.
   * @throws Error while it is quiet or stopping
   */
  start(): void {
    this.#cycle.start();
  }

  /** Takes nothing new, gives back what no handler was started for, and goes on with what is in flight. */
  quiet(): void {
    this.#cycle.quiet();
  }

  /**
   * Quiet, then waits for what is in flight; past the deadline handlers are aborted with `shutdown` and their
   * messages given back without burning an attempt. Another call may only bring the deadline forward.
   *
   * @param deadlineMs milliseconds >= 0; default 30000
   */
  async stop(deadlineMs: number = STOP_DEADLINE_MS): Promise<void> {
    await this.#cycle.stop(deadlineMs);
  }

  /** Has a handler in flight stop with `cancelled`; its message becomes a dead letter, unless it is done. Answers whether one runs. */
  cancel(messageId: string): boolean {
    return this.#cycle.life?.cancel(messageId) ?? false;
  }

  /** From the next start on; a worker that was made with `slots` keeps its own. */
  shareSlots(pool: SlotPool): void {
    this.#sharedSlots = pool;
  }

  /** From now on; a worker that was made with `metrics`, or with null for none, keeps to that. */
  shareMetrics(metrics: MetricsCollector): void {
    if (this.#ownMetrics) this.reporter.shareMetrics(metrics);
  }

  ended(): Promise<Error | null> {
    return this.#cycle.ended;
  }

  /** How messages are handed out: here, each is a job of its own. */
  protected jobs(): JobSource {
    return {
      size: () => 1,
      fillMs: () => 0,
      slotPer: 'message',
      process: (executions) => executions.map((execution) => this.#process(execution)),
    };
  }

  /** The answer, or the promise of one, as it is: each further promise would cost every message. */
  #process({ message, context }: Execution): unknown {
    try {
      return this.processMessage(message, context);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #begin(): WorkerLoop {
    const slots = this.options.slots ?? this.#sharedSlots;
    return new WorkerLoop({ ...this.options, slots }, this.reporter, this.jobs());
  }
}
