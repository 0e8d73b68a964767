import { sleep } from '../clock.ts';
import { QueueError, toError } from '../errors.ts';
import type { ExchangeReply, Lease, LeasedMessage, LeaseOutcome, SettleResult } from '../queue/types.ts';
import { Execution } from './execution.ts';
import { Intake, type JobShape } from './intake.ts';
import { keyOf } from './lease-key.ts';
import type { Life } from './life-cycle.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Reporter } from './reporter.ts';
import { ExponentialBackoff } from './retry-policy.ts';
import { verdictOf } from './settlement.ts';
import { Wakeup } from './wakeup.ts';

/** How a loop hands work out: how large a job is, and who does it. */
export interface JobSource extends JobShape {
  /** Starts a job; answers a result, or the promise of one, per execution. Must not throw. */
  process(executions: readonly Execution[]): readonly unknown[];
}

interface Settling {
  readonly lease: Lease;
  readonly outcome: LeaseOutcome;
  readonly report?: (result: SettleResult) => void;
}

/** Milliseconds that the last exchange of a stop may take beyond the deadline. */
const LAST_EXCHANGE_MS = 5000;

/**
 * One life of a worker, from its start to its stop. Settles and fetches in the same exchange; waits on the queue
 * and never polls. Nothing of one life reaches into the next: a handler that outlives it is heard no more.
 */
export class WorkerLoop implements Life {
  readonly #options: ResolvedWorkerOptions;
  readonly #reporter: Reporter;
  readonly #source: JobSource;
  readonly #wakeup: Wakeup;
  readonly #intake: Intake;
  readonly #running = new Map<string, Execution>();
  readonly #settling: Settling[] = [];
  readonly #idle = new ExponentialBackoff({ baseMs: 250, maxMs: 5000 });
  readonly #unsubscribe: () => void;
  readonly #expired = Promise.withResolvers<void>();
  #jobs = 0;
  #open = true;
  #overdue = false;
  #tryingSince: number | null = null;
  #lastSuccessAt: number | null = null;
  readonly ended: Promise<Error | null>;

  constructor(options: ResolvedWorkerOptions, reporter: Reporter, source: JobSource) {
    this.#options = options;
    this.#reporter = reporter;
    this.#source = source;
    this.#wakeup = new Wakeup();
    this.#unsubscribe = options.queues.onLeaseLost((lease) => this.#lost(lease));
    this.#intake = new Intake(options, source, () => this.#wakeup.wake());
    this.ended = this.#live();
  }

  get inFlight(): number {
    return this.#running.size;
  }

  get exchangeTimes(): { lastSuccessAt: number | null; tryingSince: number | null } {
    return { lastSuccessAt: this.#lastSuccessAt, tryingSince: this.#tryingSince };
  }

  /** Takes nothing new, and gives back what no handler was started for. */
  quiet(): void {
    this.#open = false;
    for (const { lease } of this.#intake.clear())
      this.#settling.push({ lease, outcome: { kind: 'release' } });
    this.#wakeup.wake();
  }

  /** Ends the loop as soon as everything is settled, at the latest `deadlineMs` from now. */
  async stop(deadlineMs: number): Promise<void> {
    this.quiet();
    const { clock } = this.#options;
    if (deadlineMs <= 0) this.#giveBack();
    const timers = [
      clock.setTimeout(() => this.#giveBack(), deadlineMs),
      clock.setTimeout(() => this.#expired.resolve(), deadlineMs + LAST_EXCHANGE_MS),
    ];
    await this.ended;
    for (const timer of timers) timer.clear();
  }

  /** Asks the handler of a message to stop for good; answers whether there is one. */
  cancel(id: string): boolean {
    const found = [...this.#running.values()].filter(({ message }) => message.id === id);
    for (const execution of found) execution.abort('cancelled');
    return found.length > 0;
  }

  async #live(): Promise<Error | null> {
    try {
      await Promise.race([this.#run(), this.#expired.promise]);
      return null;
    } catch (thrown) {
      await this.#abandon();
      return toError(thrown);
    } finally {
      this.#running.clear();
      this.#tryingSince = null;
      this.#unsubscribe();
      this.#intake.leave();
    }
  }

  async #run(): Promise<void> {
    for (let failures = 0; this.#open || this.#running.size + this.#settling.length > 0; ) {
      failures = (await this.#turn()) ? 0 : failures + 1;
      // Past the deadline: what cannot be given back now lapses by itself.
      if (failures > 0 && this.#overdue) return;
      if (failures > 0) await sleep(this.#options.clock, this.#idle.delayMs(failures), this.#wakeup.signal());
    }
  }

  /** One exchange; answers whether the queue was in reach. */
  async #turn(): Promise<boolean> {
    this.#startJobs();
    for (const { lease } of this.#intake.overdue()) {
      this.#settling.push({ lease, outcome: { kind: 'release' } });
    }
    const settlings = this.#settling.splice(0);
    const free = this.#options.concurrency - this.#jobs;
    const plan = this.#open ? this.#intake.plan(free, settlings.length > 0) : this.#intake.nothing();
    if (settlings.length === 0 && plan.want === 0) {
      await this.#pause(plan.waitMs);
      return true;
    }
    const reply = await this.#exchange(settlings, plan.want, plan.waitMs);
    this.#intake.received(plan, reply?.messages ?? []);
    if (!reply) return false;
    for (const [index, { report }] of settlings.entries()) report?.(reply.results[index] ?? 'lost');
    // Quiet came while the queue was asked: what it gave goes back.
    if (!this.#open) this.quiet();
    else this.#startJobs();
    return true;
  }

  /** Waits for a handler, a slot or a stop; with a message that waits for one, no longer than `waitMs`. */
  async #pause(waitMs: number): Promise<void> {
    if (waitMs === Number.POSITIVE_INFINITY) await this.#wakeup.wait();
    else await sleep(this.#options.clock, waitMs, this.#wakeup.signal());
  }

  async #exchange(
    settlings: readonly Settling[],
    want: number,
    waitMs: number,
  ): Promise<ExchangeReply | null> {
    const { queues, queue, clock, logger, name } = this.#options;
    this.#tryingSince ??= clock.now();
    try {
      const reply = await queues.exchange(queue, {
        outcomes: settlings.map(({ lease, outcome }) => ({ lease, outcome })),
        want,
        waitMs: want > 0 ? waitMs : 0,
        signal: this.#wakeup.signal(),
      });
      this.#tryingSince = null;
      this.#lastSuccessAt = clock.now();
      return reply;
    } catch (thrown) {
      // A closed manager does not open again.
      if (thrown instanceof QueueError && thrown.code === 'closed') throw thrown;
      this.#settling.unshift(...settlings);
      logger.warn({ err: toError(thrown), worker: name }, 'the queue is out of reach');
      return null;
    }
  }

  #startJobs(): void {
    while (this.#open && this.#jobs < this.#options.concurrency) {
      const job = this.#intake.next();
      if (job.length === 0) return;
      this.#begin(job);
    }
  }

  #begin(job: readonly LeasedMessage[]): void {
    const executions = job.map((leased) => new Execution(leased, this.#options, this.#reporter));
    this.#jobs += 1;
    for (const execution of executions) {
      this.#running.set(keyOf(execution.leased.lease), execution);
      this.#reporter.messageStarted(execution);
    }
    const results = this.#source.process(executions);
    const ends = executions.map((execution, index) => this.#finish(execution, results[index]));
    Promise.all(ends).then(() => {
      this.#jobs -= 1;
      this.#intake.jobEnded();
      this.#startJobs();
      this.#wakeup.wake();
    }, this.#expired.reject);
  }

  async #finish(execution: Execution, result: unknown): Promise<void> {
    this.#ended(execution, await execution.decide(result));
    this.#intake.messageEnded(execution.durationMs);
    this.#wakeup.wake();
  }

  #ended(execution: Execution, outcome: Outcome | null): void {
    // Not there: given back at the deadline, and settled already.
    if (!this.#running.delete(keyOf(execution.leased.lease))) return;
    if (!outcome) {
      this.#reporter.lost(execution);
      return;
    }
    const verdict = verdictOf(outcome, execution.message, execution.attempt, this.#options);
    this.#settling.push({
      lease: execution.leased.lease,
      outcome: verdict.lease,
      report: (result) => this.#reporter.settled(execution, outcome, verdict, result),
    });
    this.#wakeup.wake();
  }

  /** It dies: what it holds goes back, as far as the queue can be reached. */
  async #abandon(): Promise<void> {
    this.quiet();
    this.#giveBack();
    const { queues, queue, logger, name } = this.#options;
    const outcomes = this.#settling.splice(0).map(({ lease, outcome }) => ({ lease, outcome }));
    await queues.exchange(queue, { outcomes }).catch((thrown: unknown) => {
      logger.warn({ err: toError(thrown), worker: name }, 'what a dead worker held could not be given back');
    });
  }

  #lost(lease: Lease): void {
    const key = keyOf(lease);
    this.#intake.remove(key);
    this.#running.get(key)?.abort('lost_lease');
  }

  /** The deadline has come: what still runs goes back to the queue, whatever its handler does from now on. */
  #giveBack(): void {
    this.#overdue = true;
    for (const [key, execution] of this.#running) {
      execution.abort('shutdown');
      this.#running.delete(key);
      this.#settling.push({ lease: execution.leased.lease, outcome: { kind: 'release' } });
    }
    this.#wakeup.wake();
  }
}
