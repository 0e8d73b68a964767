import type { Timer } from '../clock.ts';
import type { LeasedMessage } from '../queue/types.ts';
import { outcomeOfError, outcomeOfResult } from './classify.ts';
import { AbortReason, type AbortReasonCode, type WorkerContext } from './context.ts';
import type { WorkerObserver } from './observer.ts';
import type { ResolvedWorkerOptions } from './options.ts';
import type { Outcome } from './outcome.ts';

/** What a worker does with a message. */
export type Process = (message: LeasedMessage['message'], context: WorkerContext) => unknown;

/** One message in a worker's hands, from the start of its handler to its outcome. */
export class Execution {
  readonly leased: LeasedMessage;
  /** Resolves with the outcome, and with null when the message is no longer ours to settle. Never rejects. */
  readonly outcome: Promise<Outcome | null>;
  readonly #options: ResolvedWorkerOptions;
  readonly #abort = new AbortController();
  readonly #notify: (call: (observer: WorkerObserver) => void) => void;
  readonly #timer: Timer | undefined;
  readonly #startedAt: number;
  #forsaken = false;

  constructor(
    leased: LeasedMessage,
    process: Process,
    options: ResolvedWorkerOptions,
    notify: (call: (observer: WorkerObserver) => void) => void,
  ) {
    this.leased = leased;
    this.#options = options;
    this.#notify = notify;
    this.#startedAt = options.clock.monotonic();
    if (options.timeoutMs > 0) {
      this.#timer = options.clock.setTimeout(() => this.abort('timeout'), options.timeoutMs);
    }
    this.outcome = this.#run(process);
  }

  /** 1 for the first try. */
  get attempt(): number {
    return this.leased.message.retryCount + 1;
  }

  get durationMs(): number {
    return this.#options.clock.monotonic() - this.#startedAt;
  }

  /** Tells the handler to stop. After `lost_lease` and `shutdown` its outcome counts no more. */
  abort(code: AbortReasonCode): void {
    if (code === 'lost_lease' || code === 'shutdown') {
      this.#forsaken = true;
      this.#timer?.clear();
    }
    this.#abort.abort(new AbortReason(code));
  }

  async #run(process: Process): Promise<Outcome | null> {
    const { message } = this.leased;
    this.#notify((observer) => observer.messageStarted?.(this.#options.name, message));
    const outcome = await this.#decide(process);
    this.#timer?.clear();
    return this.#forsaken ? null : outcome;
  }

  async #decide(process: Process): Promise<Outcome> {
    const { message } = this.leased;
    const { transientBackoff } = this.#options;
    const tenant = tenantOf(message.payload);
    try {
      const outcome = outcomeOfResult(await process(message, this.#context()));
      if (outcome.kind === 'done') transientBackoff.succeeded(tenant);
      return outcome;
    } catch (thrown) {
      return outcomeOfError(thrown, () => transientBackoff.failed(tenant));
    }
  }

  #context(): WorkerContext {
    const { message } = this.leased;
    const { clock, logger, name } = this.#options;
    return {
      signal: this.#abort.signal,
      clock,
      attempt: this.attempt,
      logger: logger.child({
        worker: name,
        messageId: message.id,
        messageType: message.type,
        correlationId: message.correlationId ?? null,
      }),
      progress: (fraction, note) =>
        this.#notify((observer) => observer.progress?.(name, message, fraction, note)),
    };
  }
}

/** Whose fault a transient failure is: back-off is per installation. */
function tenantOf(payload: LeasedMessage['message']['payload']): string {
  const installation = payload.installation_id;
  return typeof installation === 'string' ? installation : '';
}
