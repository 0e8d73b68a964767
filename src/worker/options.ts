import { type Clock, systemClock } from '../clock.ts';
import { toError } from '../errors.ts';
import { type Logger, silentLogger } from '../logger.ts';
import type { QueueManager } from '../queue/types.ts';
import { checkQueueName } from '../queue/validate.ts';
import { MetricsCollector } from './metrics.ts';
import type { WorkerObserver } from './observer.ts';
import { ExponentialBackoff, type RetryPolicy } from './retry-policy.ts';
import type { SlotPool } from './slot-pool.ts';
import { TransientBackoff } from './transient-backoff.ts';

/** Options of every worker. */
export interface WorkerOptions {
  /** Unique in its process. */
  name: string;
  /** Queue that it takes messages from, 1..128 characters. */
  queue: string;
  queues: QueueManager;
  /** Messages (of a batch worker: batches) worked on at once, 1..256; default 1. Never more are fetched than can be started soon. */
  concurrency?: number;
  /** Milliseconds a message may take before its signal aborts with `timeout`; 0 = no limit, default 600000. */
  timeoutMs?: number;
  /**
   * Milliseconds that a handler has after its signal aborted, 0..86400000, default 10000: then it is waited for
   * no longer, and its slot is free.
   */
  graceMs?: number;
  /** Milliseconds one wait on the queue lasts, 1..60000; default 5000. A message ends it at once. */
  waitMs?: number;
  /**
   * Milliseconds, 0..1000, default 5: messages that will be started within that time, by what the last ones took,
   * are fetched ahead, at most 128. Short messages then share exchanges with the queue, of which two may be under way
   * at once; where they take longer, or share slots, or come in batches, none is fetched ahead. 0 = never.
   */
  aheadMs?: number;
  /** Default: from 60 s, doubling to 3600 s; the message's own `maxRetries` ends it. */
  retryPolicy?: RetryPolicy;
  /** Delays of transient failures that name none. Default: from 5 s, doubling to 300 s, per installation. */
  transientBackoff?: TransientBackoff;
  /** False: what would be a dead letter is dropped, with an error in the log. Default true. */
  deadLetters?: boolean;
  /** Slots that it shares with other workers; default none, `concurrency` alone counts. */
  slots?: SlotPool | null;
  /** Its place in the line for slots, any number; higher is served first, default 0. */
  slotPriority?: number;
  clock?: Clock;
  logger?: Logger;
  /** Null records nothing; default that of its `WorkerManager`, without one a collector of its own. */
  metrics?: MetricsCollector | null;
  observers?: readonly WorkerObserver[];
}

/** {@link WorkerOptions} with every default filled in. */
export type ResolvedWorkerOptions = Readonly<Required<WorkerOptions>>;

/** Numbers of {@link WorkerOptions}: range and default. */
export const WORKER_OPTION_RANGES = Object.freeze({
  concurrency: { min: 1, max: 256, fallback: 1 },
  timeoutMs: { min: 0, max: 86_400_000, fallback: 600_000 },
  graceMs: { min: 0, max: 86_400_000, fallback: 10_000 },
  waitMs: { min: 1, max: 60_000, fallback: 5000 },
  aheadMs: { min: 0, max: 1000, fallback: 5 },
});

/** @throws RangeError for a number out of range, or a queue that cannot be one */
export function resolveWorkerOptions(options: WorkerOptions): ResolvedWorkerOptions {
  const { clock = systemClock } = options;
  const number = (name: keyof typeof WORKER_OPTION_RANGES) => {
    const { min, max, fallback } = WORKER_OPTION_RANGES[name];
    return within(name, options[name] ?? fallback, min, max);
  };
  return Object.freeze({
    name: options.name,
    queue: queueName(options.queue),
    queues: options.queues,
    concurrency: number('concurrency'),
    timeoutMs: number('timeoutMs'),
    graceMs: number('graceMs'),
    waitMs: number('waitMs'),
    aheadMs: number('aheadMs'),
    retryPolicy: options.retryPolicy ?? new ExponentialBackoff({ maxRetries: Number.POSITIVE_INFINITY }),
    transientBackoff: options.transientBackoff ?? new TransientBackoff(),
    deadLetters: options.deadLetters ?? true,
    slots: options.slots ?? null,
    slotPriority: options.slotPriority ?? 0,
    clock,
    logger: options.logger ?? silentLogger(),
    metrics: options.metrics === undefined ? new MetricsCollector({ clock }) : options.metrics,
    observers: options.observers ?? [],
  });
}

/** Refused here, or every exchange with the queue would be. */
function queueName(queue: string): string {
  try {
    checkQueueName(queue);
    return queue;
  } catch (thrown) {
    const error = toError(thrown);
    throw new RangeError(error.message, { cause: error });
  }
}

/** Answers `value`. @throws RangeError unless it is an integer in the range */
export function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be an integer of ${min}..${max}, got ${value}`);
}
