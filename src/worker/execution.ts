import type { Timer } from '../clock.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { LeasedMessage } from '../queue/types.ts';
import { outcomeOfAbort, outcomeOfError, outcomeOfResult } from './classify.ts';
import { AbortReason, type AbortReasonCode } from './context.ts';
import { ExecutionContext } from './execution-context.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Reporter } from './reporter.ts';

/** One message in a worker's hands, from the start of its handler to its outcome. */
export class Execution {
  readonly leased: LeasedMessage;
  readonly context: ExecutionContext;
  readonly #options: ResolvedWorkerOptions;
  readonly #startedAt: number;
  /** Of the handler, or of whoever waits for it no longer: the first counts. */
  readonly #outcome = Promise.withResolvers<Outcome>();
  #timer: Timer | undefined;
  #reason: AbortReason | undefined;
  #durationMs: number | undefined;

  constructor(leased: LeasedMessage, options: ResolvedWorkerOptions, reporter: Reporter) {
    this.leased = leased;
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
    const { name } = options;
    this.context = new ExecutionContext(leased.message, options, (fraction, note) =>
      reporter.notify((observer) => observer.progress?.(name, leased.message, fraction, note)),
    );
    if (options.timeoutMs > 0) {
      this.#timer = options.clock.setTimeout(() => this.abort('timeout'), options.timeoutMs);
    }
  }

  get message(): WorkerMessage {
    return this.leased.message;
  }

  /** 1 for the first try. */
  get attempt(): number {
    return this.message.retryCount + 1;
  }

  /** Time in the handler, in milliseconds; so far, while it runs. */
  get durationMs(): number {
    return this.#durationMs ?? this.#options.clock.monotonic() - this.#startedAt;
  }

  /**
   * Tells the handler to stop; one that has not after the grace period is waited for no longer. After
   * `lost_lease` and `shutdown` its outcome counts no more.
   */
  abort(code: AbortReasonCode): void {
    if (this.#reason || this.#durationMs !== undefined) return;
    const reason = new AbortReason(code);
    this.#reason = reason;
    this.#timer?.clear();
    // At a shutdown the grace is over already.
    if (code === 'shutdown') this.#outcome.resolve(outcomeOfAbort(reason));
    else this.#timer = this.#options.clock.setTimeout(() => this.#giveUp(reason), this.#options.graceMs);
    this.context.abort(reason);
  }

  /** Resolves with the outcome, and with null when the message is no longer ours to settle. Never rejects. */
  async decide(result: unknown): Promise<Outcome | null> {
    void this.#outcomeOf(result).then(this.#outcome.resolve);
    const outcome = await this.#outcome.promise;
    this.#durationMs = this.durationMs;
    this.#timer?.clear();
    const code = this.#reason?.code;
    return code === 'lost_lease' || code === 'shutdown' ? null : outcome;
  }

  async #outcomeOf(result: unknown): Promise<Outcome> {
    const { transientBackoff } = this.#options;
    const tenant = tenantOf(this.message.payload);
    try {
      const outcome = outcomeOfResult(await result);
      if (outcome.kind === 'done') transientBackoff.succeeded(tenant);
      return outcome;
    } catch (thrown) {
      if (this.#reason) return outcomeOfAbort(this.#reason, thrown);
      return outcomeOfError(thrown, () => transientBackoff.failed(tenant));
    }
  }

  #giveUp(reason: AbortReason): void {
    this.context.logger.error({ reason: reason.code }, 'the handler goes on after its signal has aborted');
    this.#outcome.resolve(outcomeOfAbort(reason));
  }
}

/** Whose fault a transient failure is: back-off is per installation. */
function tenantOf(payload: WorkerMessage['payload']): string {
  const installation = payload.installation_id;
  return typeof installation === 'string' ? installation : '';
}
