import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { SettleResult } from '../queue/types.ts';
import type { MetricsCollector } from './metrics.ts';
import type { WorkerObserver } from './observer.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Verdict } from './settlement.ts';

type ReporterOptions = Pick<ResolvedWorkerOptions, 'name' | 'metrics' | 'clock' | 'logger' | 'observers'>;

/** One message in the hands of a handler. */
interface Work {
  readonly message: WorkerMessage;
  /** Time in the handler so far, or until it ended, in milliseconds. */
  readonly durationMs: number;
  readonly context: { readonly logger: Logger };
}

/** Tells metrics, log and observers what became of a worker's messages. */
export class Reporter {
  readonly #options: Omit<ReporterOptions, 'metrics'>;
  #metrics: MetricsCollector | null;
  #startedAt: number | null = null;

  constructor({ metrics, ...options }: ReporterOptions) {
    this.#options = options;
    this.#metrics = metrics;
  }

  /** Where figures go now; null for nowhere. */
  get metrics(): MetricsCollector | null {
    return this.#metrics;
  }

  /** From now on, figures go to this collector, which hears of what goes on already. */
  shareMetrics(metrics: MetricsCollector): void {
    const { name } = this.#options;
    const lastStartedAt = this.#metrics?.getMetrics(name).lastStartedAt ?? null;
    if (this.#startedAt !== null) metrics.recordWorkerStarted(name, this.#startedAt);
    if (lastStartedAt !== null) metrics.recordMessageStarted(name, lastStartedAt);
    this.#metrics = metrics;
  }

  /** Calls every observer, and waits for none; one that throws or rejects is logged. */
  notify(call: (observer: WorkerObserver) => unknown): void {
    const { observers, logger, name } = this.#options;
    const failed = (thrown: unknown) =>
      logger.error({ err: toError(thrown), worker: name }, 'an observer failed');
    for (const observer of observers) {
      try {
        const answer = call(observer);
        // An async function is a method that answers nothing, too.
        if (answer instanceof Promise) answer.catch(failed);
      } catch (thrown) {
        failed(thrown);
      }
    }
  }

  started(): void {
    const { name, clock } = this.#options;
    this.#startedAt = clock.now();
    this.#metrics?.recordWorkerStarted(name, this.#startedAt);
    this.notify((observer) => observer.started?.(name));
  }

  stopped(error: Error | null): void {
    const { name, logger } = this.#options;
    this.#startedAt = null;
    this.#metrics?.recordWorkerStopped(name);
    if (error) logger.error({ err: error, worker: name }, 'the worker has died');
    this.notify((observer) => observer.stopped?.(name, ...(error ? [error] : [])));
  }

  messageStarted({ message }: Work): void {
    const { name, clock } = this.#options;
    this.#metrics?.recordMessageStarted(name, clock.now());
    this.notify((observer) => observer.messageStarted?.(name, message));
  }

  lost({ message }: Work): void {
    this.notify((observer) => observer.lost?.(this.#options.name, message));
  }

  /** The queue has answered. */
  settled(work: Work, outcome: Outcome, verdict: Verdict, result: SettleResult): void {
    if (result === 'lost') this.lost(work);
    else if (outcome.kind === 'done') this.#processed(work);
    else this.#failed(work, outcome, verdict);
  }

  #processed({ message, durationMs }: Work): void {
    const { name, clock } = this.#options;
    this.#metrics?.recordMessageProcessed(name, durationMs, clock.now());
    this.notify((observer) => observer.processed?.(name, message, durationMs));
  }

  #failed(
    { message, durationMs, context }: Work,
    outcome: Exclude<Outcome, { kind: 'done' }>,
    verdict: Verdict,
  ): void {
    const { name, clock } = this.#options;
    const { fate, lease } = verdict;
    if (fate !== 'snoozed') this.#metrics?.recordMessageError(name, durationMs, clock.now());
    const delayMs = 'delayMs' in lease ? lease.delayMs : undefined;
    const failed = 'error' in verdict ? verdict.error.message : undefined;
    const reason = failed ?? ('reason' in outcome ? outcome.reason : undefined);
    context.logger[fate === 'snoozed' ? 'info' : 'warn']({ fate, delayMs, reason }, 'message not done');
    this.notify((observer) => observer.failed?.(name, message, outcome, durationMs));
    if (verdict.fate === 'retried') {
      this.notify((observer) => observer.retried?.(name, message, verdict.lease.delayMs));
    } else if ('error' in verdict) {
      this.notify((observer) => observer.dead?.(name, message, verdict.error.message));
    }
  }
}
