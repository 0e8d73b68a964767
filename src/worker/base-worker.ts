import { sleep } from '../clock.ts';
import { toError } from '../errors.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { ExchangeReply, Lease, LeasedMessage, Settlement, SettleResult } from '../queue/types.ts';
import type { WorkerContext } from './context.ts';
import { Execution } from './execution.ts';
import type { WorkerObserver } from './observer.ts';
import { type ResolvedWorkerOptions, resolveWorkerOptions, type WorkerOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { ExponentialBackoff } from './retry-policy.ts';
import { leaseOutcomeOf } from './settlement.ts';
import { Wakeup } from './wakeup.ts';

/** Where a worker stands: `quiet` takes nothing new and finishes what it has. */
export type WorkerState = 'stopped' | 'running' | 'quiet' | 'stopping';

interface Settling extends Settlement {
  execution: Execution;
  decided: Outcome;
}

/**
 * Takes messages of one queue and settles each by the outcome of `processMessage`. At least once: a handler may
 * see a message again after a crash or a lost lease, so its effects must be idempotent.
 *
 * One loop settles and fetches in the same exchange; it waits on the queue and never polls.
 */
export abstract class BaseWorker {
  protected readonly options: ResolvedWorkerOptions;
  #state: WorkerState = 'stopped';
  #overdue = false;
  readonly #running = new Map<string, Execution>();
  readonly #settling: Settling[] = [];
  readonly #wakeup: Wakeup;
  readonly #idle = new ExponentialBackoff({ baseMs: 250, maxMs: 5000 });
  #loop: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.options = resolveWorkerOptions(options);
    this.#wakeup = new Wakeup();
  }

  /** The work. Throwing is a retry by policy; see `outcomeOfError` for the errors that mean something else. */
  protected abstract processMessage(message: WorkerMessage, context: WorkerContext): unknown;

  get name(): string {
    return this.options.name;
  }

  get queue(): string {
    return this.options.queue;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Messages in the hands of handlers. */
  get inFlight(): number {
    return this.#running.size;
  }

  /** Waiting and delayed messages of its queue. */
  queueSize(): Promise<number> {
    return this.options.queues.getQueueSize(this.queue);
  }

  /** Starts taking messages. A worker that runs already is left as it is. */
  start(): void {
    if (this.#state === 'running') return;
    if (this.#state !== 'stopped') throw new Error(`${this.name} is stopping`);
    this.#state = 'running';
    this.#overdue = false;
    this.#unsubscribe = this.options.queues.onLeaseLost((lease) => this.#lost(lease));
    this.#loop = this.#run();
    this.#notify((observer) => observer.started?.(this.name));
  }

  /** Takes nothing new; what is in flight goes on. */
  quiet(): void {
    if (this.#state !== 'running') return;
    this.#state = 'quiet';
    this.#wakeup.wake();
  }

  /**
   * Quiet, then waits for what is in flight; past the deadline handlers are aborted with `shutdown` and their
   * messages given back without burning an attempt. Idempotent.
   *
   * @param deadlineMs milliseconds >= 0; default 30000
   */
  async stop(deadlineMs = 30_000): Promise<void> {
    if (this.#state === 'stopped') return;
    this.quiet();
    if (this.#state === 'quiet') {
      this.#state = 'stopping';
      const deadline = this.options.clock.setTimeout(() => this.#giveBack(), deadlineMs);
      void this.#loop?.finally(() => deadline.clear());
    }
    await this.#loop;
  }

  async #run(): Promise<void> {
    try {
      for (let failures = 0; this.#state === 'running' || this.#running.size + this.#settling.length > 0; ) {
        failures = (await this.#turn()) ? 0 : failures + 1;
        // Past the deadline: what cannot be given back now lapses by itself.
        if (failures > 0 && this.#overdue) return;
        if (failures > 0) await this.#pause(failures);
      }
    } finally {
      this.#unsubscribe?.();
      this.#state = 'stopped';
      this.#notify((observer) => observer.stopped?.(this.name));
    }
  }

  async #pause(failures: number): Promise<void> {
    await sleep(this.options.clock, this.#idle.delayMs(failures), this.#wakeup.signal());
  }

  /** One exchange; answers whether the queue was in reach. */
  async #turn(): Promise<boolean> {
    const outcomes = this.#settling.splice(0);
    const want = this.#state === 'running' ? this.options.concurrency - this.#running.size : 0;
    if (outcomes.length === 0 && want === 0) {
      await this.#wakeup.wait();
      return true;
    }
    try {
      const reply = await this.options.queues.exchange(this.queue, {
        outcomes: outcomes.map(({ lease, outcome }) => ({ lease, outcome })),
        want,
        waitMs: outcomes.length === 0 ? this.options.waitMs : 0,
        signal: this.#wakeup.signal(),
      });
      this.#settled(outcomes, reply);
      for (const leased of reply.messages) this.#begin(leased);
      return true;
    } catch (thrown) {
      this.#settling.unshift(...outcomes);
      this.options.logger.warn({ err: toError(thrown), worker: this.name }, 'the queue is out of reach');
      return false;
    }
  }

  #begin(leased: LeasedMessage): void {
    const key = keyOf(leased.lease);
    const execution = new Execution(
      leased,
      (message, context) => this.processMessage(message, context),
      this.options,
      (call) => this.#notify(call),
    );
    this.#running.set(key, execution);
    void execution.outcome.then((outcome) => {
      // Given back at the deadline: it is settled already.
      if (!this.#running.delete(key)) return;
      if (outcome) this.#settle(execution, outcome);
      else this.#notify((observer) => observer.lost?.(this.name, leased.message));
      this.#wakeup.wake();
    });
  }

  #settle(execution: Execution, decided: Outcome): void {
    const { lease } = execution.leased;
    const outcome = leaseOutcomeOf(decided, execution.attempt, this.options.retryPolicy);
    this.#settling.push({ lease, outcome, execution, decided });
  }

  #settled(settlings: readonly Settling[], { results }: ExchangeReply): void {
    for (const [index, settling] of settlings.entries()) this.#report(settling, results[index] ?? 'lost');
  }

  #report({ execution, decided, outcome }: Settling, result: SettleResult): void {
    const { name, metrics, clock, logger } = this.options;
    const { message } = execution.leased;
    const { durationMs } = execution;
    if (result === 'lost') {
      this.#notify((observer) => observer.lost?.(name, message));
      return;
    }
    if (outcome.kind === 'release') return;
    if (decided.kind === 'done') {
      metrics.recordMessageProcessed(name, durationMs, clock.now());
      this.#notify((observer) => observer.processed?.(name, message, durationMs));
      return;
    }
    if (decided.kind !== 'snooze') metrics.recordMessageError(name, durationMs, clock.now());
    const fields = { worker: name, messageId: message.id, correlationId: message.correlationId, outcome };
    logger[decided.kind === 'snooze' ? 'info' : 'warn'](fields, `message not done: ${decided.kind}`);
    this.#notify((observer) => observer.failed?.(name, message, decided, durationMs));
  }

  #lost(lease: Lease): void {
    this.#running.get(keyOf(lease))?.abort('lost_lease');
  }

  /** The deadline has come: what still runs goes back to the queue, whatever its handler does from now on. */
  #giveBack(): void {
    this.#overdue = true;
    for (const [key, execution] of this.#running) {
      execution.abort('shutdown');
      this.#running.delete(key);
      this.#settling.push({
        lease: execution.leased.lease,
        outcome: { kind: 'release' },
        execution,
        decided: { kind: 'snooze', delayMs: 0 },
      });
    }
    this.#wakeup.wake();
  }

  #notify(call: (observer: WorkerObserver) => void): void {
    for (const observer of this.options.observers) {
      try {
        call(observer);
      } catch (thrown) {
        this.options.logger.error({ err: toError(thrown), worker: this.name }, 'an observer failed');
      }
    }
  }
}

function keyOf(lease: Lease): string {
  return `${lease.token}:${lease.id}`;
}
