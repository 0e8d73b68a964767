import { ConfigError } from '../errors.ts';

/** Settings of a {@link ConfigurableWorker}. */
export interface WorkerConfig {
  /** Messages worked on at once, 1..256; default 1. */
  maxConcurrentMessages: number;
  /** Milliseconds before a retry unless the worker has a policy, 0..86400000; default 60000. */
  retryDelayMs: number;
  /** Milliseconds between two looks at its own health, 0..86400000; 0 = never, default 30000. */
  healthCheckIntervalMs: number;
  /** Deadline of a `stop` without one, in milliseconds, 0..86400000; default 30000. */
  gracefulShutdownTimeoutMs: number;
  /** False drops what would be a dead letter; default true. */
  deadLetterQueue: boolean;
  /** False records no figures, and then the worker's health is not judged by them; default true. */
  metrics: boolean;
}

/** Defaults of {@link WorkerConfig}. */
export const WORKER_CONFIG: Readonly<WorkerConfig> = Object.freeze({
  maxConcurrentMessages: 1,
  retryDelayMs: 60_000,
  healthCheckIntervalMs: 30_000,
  gracefulShutdownTimeoutMs: 30_000,
  deadLetterQueue: true,
  metrics: true,
});

const DAY_MS = 86_400_000;
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  maxConcurrentMessages: [1, 256],
  retryDelayMs: [0, DAY_MS],
  healthCheckIntervalMs: [0, DAY_MS],
  gracefulShutdownTimeoutMs: [0, DAY_MS],
};

/**
 * Checks settings from outside and fills in what is not given; frozen.
 * @throws ConfigError that lists every unknown or unusable setting
 */
export function resolveWorkerConfig(config: Partial<WorkerConfig> = {}): Readonly<WorkerConfig> {
  const problems = Object.entries(config).flatMap(([key, value]) => problemOf(key, value));
  if (problems.length > 0) throw new ConfigError(problems);
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  return Object.freeze({ ...WORKER_CONFIG, ...given });
}

function problemOf(key: string, value: unknown): string[] {
  if (!Object.hasOwn(WORKER_CONFIG, key)) {
    return [`${key} is no setting of a worker; there are ${Object.keys(WORKER_CONFIG).join(', ')}`];
  }
  if (value === undefined) return [];
  const range = RANGES[key];
  if (!range) return typeof value === 'boolean' ? [] : [`${key} must be true or false`];
  const [min, max] = range;
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  return fits ? [] : [`${key} must be an integer of ${min}..${max}, got ${String(value)}`];
}
