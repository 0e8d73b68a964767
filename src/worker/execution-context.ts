import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import type { WorkerContext } from './context.ts';
import type { ResolvedWorkerOptions } from './options.ts';

/** What a handler gets; its signal and its logger are made when they are first asked for: most handlers are short. */
export class ExecutionContext implements WorkerContext {
  readonly attempt: number;
  readonly progress: WorkerContext['progress'];
  readonly #message: WorkerMessage;
  readonly #options: ResolvedWorkerOptions;
  #controller: AbortController | undefined;
  #logger: Logger | undefined;

  constructor(message: WorkerMessage, options: ResolvedWorkerOptions, progress: WorkerContext['progress']) {
    this.attempt = message.retryCount + 1;
    this.progress = progress;
    this.#message = message;
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get logger(): Logger {
    const { id, type, correlationId = null } = this.#message;
    const bindings = { worker: this.#options.name, messageId: id, messageType: type, correlationId };
    this.#logger ??= this.#options.logger.child(bindings);
    return this.#logger;
  }

  abort(reason: Error): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}
