import { type Clock, systemClock } from './clock.ts';
import { CheckmendError, toError } from './errors.ts';
import type { Logger } from './logger.ts';

/** How long `stop` may take, in milliseconds: what is not finished by then is given back. */
export interface StopOptions {
  deadlineMs: number;
}

interface Held {
  name: string;
  quiet?: () => void | Promise<void>;
  release: (options: StopOptions) => void | Promise<void>;
}

/** A resource gets this long after its deadline to say that it is released, in milliseconds. */
const GRACE_MS = 1000;

/**
 * What a process holds, in the order it was acquired. `quiet` tells everything to take nothing new;
 * `release` frees in reverse order, also when start fails half way, and goes on past errors.
 */
export class Resources {
  readonly #held: Held[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Takes note of something to release later, and answers it. */
  hold<T>(
    name: string,
    resource: T,
    release: (resource: T, options: StopOptions) => void | Promise<void>,
    quiet?: (resource: T) => void | Promise<void>,
  ): T {
    this.#held.push({
      name,
      release: (options) => release(resource, options),
      ...(quiet && { quiet: () => quiet(resource) }),
    });
    return resource;
  }

  /** Takes nothing new anywhere, newest first. */
  async quiet(): Promise<void> {
    await Promise.all(this.#held.toReversed().map((held) => held.quiet?.()));
  }

  /**
   * Releases everything, newest first, within one common deadline; what is not released {@link GRACE_MS} after it
   * is left behind. Idempotent.
   * @throws AggregateError with one error per resource that failed to release, or was left behind
   */
  async release({ deadlineMs }: StopOptions): Promise<void> {
    const endsAt = this.#clock.monotonic() + deadlineMs;
    const errors: Error[] = [];
    for (let held = this.#held.pop(); held; held = this.#held.pop()) {
      try {
        await this.#within(Math.max(0, endsAt - this.#clock.monotonic()), held);
      } catch (thrown) {
        errors.push(new Error(`release ${held.name}`, { cause: toError(thrown) }));
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not everything was released');
  }

  async #within(deadlineMs: number, held: Held): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = this.#clock.setTimeout(
      () => late.reject(new CheckmendError('left_behind', 'not released in time')),
      deadlineMs + GRACE_MS,
    );
    try {
      await Promise.race([held.release({ deadlineMs }), late.promise]);
    } finally {
      timer.clear();
    }
  }
}

/** Options of {@link runUntilSignal}. */
export interface RunOptions {
  logger: Logger;
  /** Milliseconds for a graceful stop; default 30000. A second signal ends the process at once. */
  deadlineMs?: number;
  /** Called once everything has been acquired. */
  onStarted?: () => void;
  /** Ends the run like a first signal would. */
  signal?: AbortSignal;
}

const LINGER_MS = 1000;

/** Exit code of a process ended by a signal: 128 + its number. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof SIGNAL_EXIT_CODES;
type StopCause = StopSignal | 'aborted' | Error;

/**
 * Runs a service until SIGTERM, SIGINT or a fatal error, then stops it: quiet first, then release within the
 * deadline. The one place that owns signals and the exit code. `start` is given a signal that aborts as soon as
 * there is a reason to stop, for what it still waits for.
 *
 * What still keeps the process alive {@link LINGER_MS} after everything was released (a request that nobody waits
 * for any more) ends with it.
 *
 * @returns the exit code: 0 after a graceful stop, 1 after a fatal error
 * @throws what `start` threw, once everything that it took is released
 */
export async function runUntilSignal(
  start: (resources: Resources, stopping: AbortSignal) => Promise<void>,
  { logger, deadlineMs = 30_000, onStarted, signal }: RunOptions,
): Promise<number> {
  const resources = new Resources();
  const stop = stopCause(logger, signal);
  const stopping = new AbortController();
  void stop.cause.then(() => stopping.abort());
  let exitCode = 0;
  let failure: Error | undefined;
  try {
    const started = start(resources, stopping.signal);
    const first = await Promise.race([started.then(() => 'started' as const), stop.cause]);
    if (first === 'started') onStarted?.();
    else await started.catch(() => undefined);
    const cause = await stop.cause;
    if (cause instanceof Error) {
      exitCode = 1;
      logger.fatal({ err: cause }, 'stopping after a fatal error');
    } else {
      logger.info({ cause, deadlineMs }, 'stopping');
    }
    await resources.quiet();
  } catch (thrown) {
    failure = toError(thrown);
    exitCode = 1;
    logger.fatal({ err: failure }, 'start failed');
  }
  try {
    await resources.release({ deadlineMs });
  } catch (thrown) {
    exitCode = 1;
    logger.error({ err: toError(thrown) }, 'stopped, with errors');
  } finally {
    stop.dispose();
  }
  setTimeout(() => process.exit(exitCode), LINGER_MS).unref();
  if (failure) throw failure;
  if (exitCode === 0) logger.info('stopped');
  return exitCode;
}

/** Resolves with the first reason to stop; a second signal exits at once. */
function stopCause(
  logger: Logger,
  signal: AbortSignal | undefined,
): { cause: Promise<StopCause>; dispose(): void } {
  const { promise, resolve } = Promise.withResolvers<StopCause>();
  let signals = 0;
  const onSignal = (name: StopSignal) => {
    signals += 1;
    if (signals > 1) {
      logger.warn({ signal: name }, 'second signal: ending at once');
      process.exit(SIGNAL_EXIT_CODES[name]);
    }
    resolve(name);
  };
  const onFatal = (thrown: unknown) => resolve(toError(thrown));
  const onAbort = () => resolve('aborted');
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('uncaughtException', onFatal);
  process.on('unhandledRejection', onFatal);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    cause: promise,
    dispose() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      process.off('uncaughtException', onFatal);
      process.off('unhandledRejection', onFatal);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}
