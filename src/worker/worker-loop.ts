import { sleep } from '../clock.ts';
import { QueueError, toError } from '../errors.ts';
import type { ExchangeReply, Lease, LeasedMessage, LeaseOutcome, SettleResult } from '../queue/types.ts';
import { Execution } from './execution.ts';
import { Executions } from './executions.ts';
import { type FetchPlan, Intake, type JobShape } from './intake.ts';
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

/** Most milliseconds that a stop waits beyond its deadline for the queue to take back what was in hand. */
const LAST_EXCHANGE_MS = 5000;

/**
 * One life of a worker, from its start to its stop. Settles and fetches in the same exchange; waits on the queue
 * and never polls. While there is more than enough to do, the next exchange begins before the last one has ended, so
 * that the queue and the handlers work side by side. Nothing of one life reaches into the next: a handler that
 * outlives it is heard no more.
 */
export class WorkerLoop implements Life {
  readonly #options: ResolvedWorkerOptions;
  readonly #reporter: Reporter;
  readonly #source: JobSource;
  readonly #wakeup: Wakeup;
  readonly #intake: Intake;
  readonly #running: Executions;
  readonly #settling: Settling[] = [];
  readonly #idle = new ExponentialBackoff({ baseMs: 250, maxMs: 5000 });
  readonly #unsubscribe: () => void;
  readonly #expired = Promise.withResolvers<void>();
  /** The earlier one of two exchanges. */
  #ahead: Promise<boolean> | null = null;
  #underWay = 0;
  #failures = 0;
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
    this.#running = new Executions(options);
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
    this.#release(this.#intake.clear());
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
    const found = this.#running.all.filter(({ message }) => message.id === id);
    for (const execution of found) execution.abort('cancelled');
    return found.length > 0;
  }

  async #live(): Promise<Error | null> {
    const loop = this.#run();
    try {
      await Promise.race([loop, this.#expired.promise]);
      return null;
    } catch (thrown) {
      await this.#abandon(loop);
      return toError(thrown);
    } finally {
      this.#running.clear();
      this.#tryingSince = null;
      this.#unsubscribe();
      this.#intake.leave();
    }
  }

  async #run(): Promise<void> {
    while (this.#open || this.#ahead || this.#running.size + this.#settling.length > 0) {
      this.#failures = (await this.#turn()) ? 0 : this.#failures + 1;
      if (this.#failures === 0) continue;
      // Past the deadline nobody waits for the queue any more. The loop does: a lease lives until it is settled.
      if (this.#overdue) this.#expired.resolve();
      await sleep(this.#options.clock, this.#idle.delayMs(this.#failures), this.#wakeup.signal());
    }
  }

  /** Begins an exchange, or waits for one; answers whether the queue was in reach. */
  async #turn(): Promise<boolean> {
    this.#startJobs();
    // Handlers that need no waiting have all ended by then, and share the exchange.
    if (this.#intake.isQuick && this.#running.size > 0) await new Promise((resolve) => setImmediate(resolve));
    this.#release(this.#intake.overdue());
    const earlier = this.#ahead;
    const free = this.#options.concurrency - this.#jobs;
    const settles = this.#settling.length > 0;
    if (earlier && !(this.#open && this.#intake.hasRoomForSecond(free))) return this.#land(earlier);
    const plan = this.#open ? this.#intake.plan(free, settles || earlier !== null) : this.#intake.nothing();
    if (!settles && plan.want === 0) {
      await this.#pause(plan.waitMs);
      return true;
    }
    const exchange = this.#trade(this.#settling.splice(0), plan);
    // Whoever waits for it hears of its error; that may be later, or nobody when the other one has failed as well.
    exchange.catch(() => undefined);
    if (earlier) {
      const landed = this.#land(earlier);
      this.#ahead = exchange;
      return landed;
    }
    if (!plan.overlaps || this.#failures > 0) return exchange;
    this.#ahead = exchange;
    return true;
  }

  /** Waits for the earlier one of two exchanges. */
  #land(earlier: Promise<boolean>): Promise<boolean> {
    this.#ahead = null;
    return earlier;
  }

  /** One exchange with what follows from it; answers whether the queue was in reach. */
  async #trade(settlings: readonly Settling[], plan: FetchPlan): Promise<boolean> {
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
    this.#underWay += 1;
    try {
      const reply = await queues.exchange(queue, {
        outcomes: settlings.map(({ lease, outcome }) => ({ lease, outcome })),
        want,
        ...(want > 0 && waitMs > 0 && { waitMs, signal: this.#wakeup.signal() }),
      });
      this.#lastSuccessAt = clock.now();
      this.#tryingSince = this.#underWay > 1 ? this.#lastSuccessAt : null;
      return reply;
    } catch (thrown) {
      // A closed manager does not open again.
      if (thrown instanceof QueueError && thrown.code === 'closed') throw thrown;
      this.#settling.unshift(...settlings);
      logger.warn({ err: toError(thrown), worker: name }, 'the queue is out of reach');
      return null;
    } finally {
      this.#underWay -= 1;
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
      this.#running.add(execution);
      this.#reporter.messageStarted(execution);
    }
    const results = this.#source.process(executions);
    let left = executions.length;
    for (const [index, execution] of executions.entries()) {
      execution.watch(results[index], (outcome) => {
        try {
          this.#ended(execution, outcome);
        } catch (thrown) {
          this.#expired.reject(thrown);
        }
        // Before a slot is given back: while others are in line for it, this loop takes none.
        this.#wakeup.wake();
        this.#intake.messageEnded(execution.durationMs);
        left -= 1;
        if (left === 0) this.#jobEnded();
      });
    }
  }

  #jobEnded(): void {
    this.#jobs -= 1;
    this.#intake.jobEnded();
    this.#startJobs();
    this.#wakeup.wake();
  }

  #ended(execution: Execution, outcome: Outcome | null): void {
    // Not there: given back at the deadline, and settled already.
    if (!this.#running.remove(execution)) return;
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
  }

  /** It dies: what it holds goes back, as soon as the queue can be reached. @param loop may have failed, or go on */
  async #abandon(loop: Promise<void>): Promise<void> {
    this.quiet();
    this.#giveBack();
    const { clock, logger, name } = this.#options;
    const back = new AbortController();
    const givingBack = loop.catch(() => this.#run());
    const failed = (thrown: unknown) =>
      logger.warn({ err: toError(thrown), worker: name }, 'what a dead worker held could not be given back');
    void givingBack.catch(failed).finally(() => back.abort());
    await sleep(clock, LAST_EXCHANGE_MS, back.signal);
  }

  #lost(lease: Lease): void {
    this.#intake.remove(lease);
    this.#running.find(lease)?.abort('lost_lease');
  }

  /** The deadline has come: what still runs goes back to the queue, whatever its handler does from now on. */
  #giveBack(): void {
    this.#overdue = true;
    for (const execution of this.#running.all) {
      execution.abort('shutdown');
      this.#running.remove(execution);
      this.#release([execution.leased]);
    }
    this.#wakeup.wake();
  }

  #release(messages: readonly LeasedMessage[]): void {
    for (const { lease } of messages) this.#settling.push({ lease, outcome: { kind: 'release' } });
  }
}
