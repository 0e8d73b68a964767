import { type Clock, systemClock } from '../clock.ts';
import { type Logger, silentLogger } from '../logger.ts';
import type { QueueManager } from '../queue/types.ts';
import { MetricsCollector } from './metrics.ts';
import type { WorkerObserver } from './observer.ts';
import { ExponentialBackoff, type RetryPolicy } from './retry-policy.ts';
import { TransientBackoff } from './transient-backoff.ts';

/** Options of every worker. */
export interface WorkerOptions {
  /** Unique in its process. */
  name: string;
  /** Queue that it takes messages from. */
  queue: string;
  queues: QueueManager;
  /** Messages worked on at once, 1..256; default 1. Never more are fetched than can be started. */
  concurrency?: number;
  /** Milliseconds a message may take before its signal aborts with `timeout`; 0 = no limit, default 600000. */
  timeoutMs?: number;
  /** Milliseconds one wait on the queue lasts, 1..60000; default 5000. A message ends it at once. */
  waitMs?: number;
  /** Default: from 60 s, doubling to 3600 s. */
  retryPolicy?: RetryPolicy;
  /** Delays of transient failures that name none. Default: from 5 s, doubling to 300 s, per installation. */
  transientBackoff?: TransientBackoff;
  clock?: Clock;
  logger?: Logger;
  metrics?: MetricsCollector;
  observers?: readonly WorkerObserver[];
}

/** {@link WorkerOptions} with every default filled in. */
export type ResolvedWorkerOptions = Required<WorkerOptions>;

/** @throws RangeError for a number out of range */
export function resolveWorkerOptions(options: WorkerOptions): ResolvedWorkerOptions {
  const resolved = {
    concurrency: 1,
    timeoutMs: 600_000,
    waitMs: 5000,
    retryPolicy: new ExponentialBackoff(),
    transientBackoff: new TransientBackoff(),
    clock: systemClock,
    logger: silentLogger(),
    metrics: new MetricsCollector(),
    observers: [],
    ...options,
  };
  within('concurrency', resolved.concurrency, 1, 256);
  within('timeoutMs', resolved.timeoutMs, 0, 86_400_000);
  within('waitMs', resolved.waitMs, 1, 60_000);
  return resolved;
}

function within(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} must be an integer of ${min}..${max}, got ${value}`);
}
