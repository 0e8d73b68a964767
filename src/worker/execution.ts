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
  /** Where it stands among those that go on; -1 elsewhere. Whoever keeps them sets it. */
  place = -1;
  #onEnd: ((outcome: Outcome | null) => void) | undefined;
  #grace: Timer | undefined;
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
   * Tells the handler to stop, if it has not been told before; one that has not after the grace period is waited for no
   * longer. After `lost_lease` and `shutdown` its outcome counts no more, as whoever aborts for a shutdown has settled it.
   */
  abort(code: AbortReasonCode): void {
    if (this.#durationMs !== undefined) return;
    const isFirst = this.#reason === undefined;
    this.#reason ??= new AbortReason(code);
    const reason = this.#reason;
    if (code === 'shutdown') {
      // The grace is over already, also that of an earlier reason.
      this.#grace?.clear();
      queueMicrotask(() => this.#end(outcomeOfAbort(reason)));
    } else if (isFirst) {
      this.#grace = this.#options.clock.setTimeout(() => this.#giveUp(reason), this.#options.graceMs);
    }
    if (isFirst) this.context.abort(reason);
  }

  /**
   * Waits for what the handler answers. `onEnd` gets the outcome, and null when the message is no longer ours to
   * settle; of the handler and of whoever waits for it no longer, the first counts.
   */
  watch(result: unknown, onEnd: (outcome: Outcome | null) => void): void {
    this.#onEnd = onEnd;
    // Not `Promise.resolve`: of a promise that cannot be read it throws here, which would cost the worker its life.
    new Promise((resolve) => resolve(result)).then(
      (value) => this.#end(this.#outcomeOf(value)),
      (thrown: unknown) => this.#end(this.#outcomeOfError(thrown)),
    );
  }

  #end(outcome: Outcome): void {
    if (this.#durationMs !== undefined) return;
    this.#durationMs = this.durationMs;
    this.#grace?.clear();
    const code = this.#reason?.code;
    this.#onEnd?.(code === 'lost_lease' || code === 'shutdown' ? null : outcome);
  }

  #outcomeOf(value: unknown): Outcome {
    try {
      const outcome = outcomeOfResult(value);
      // Who cancels is promised a dead letter, unless the work is done.
      if (outcome.kind !== 'done')
        return this.#reason?.code === 'cancelled' ? outcomeOfAbort(this.#reason) : outcome;
      this.#options.transientBackoff.succeeded(tenantOf(this.message.payload));
      return outcome;
    } catch (thrown) {
      return this.#outcomeOfError(thrown);
    }
  }

  #outcomeOfError(thrown: unknown): Outcome {
    if (this.#reason) return outcomeOfAbort(this.#reason, thrown);
    const { transientBackoff } = this.#options;
    return outcomeOfError(thrown, () => transientBackoff.failed(tenantOf(this.message.payload)));
  }

  #giveUp(reason: AbortReason): void {
    this.context.logger.error({ reason: reason.code }, 'the handler goes on after its signal has aborted');
    this.#end(outcomeOfAbort(reason));
  }
}

/** Whose fault a transient failure is: back-off is per installation. */
function tenantOf(payload: WorkerMessage['payload']): string {
  const installation = payload.installation_id;
  return typeof installation === 'string' ? installation : '';
}
