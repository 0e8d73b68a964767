/** Names of the checks of a worker's health. */
export const HEALTH_CHECKS = [
  'running',
  'recent_activity',
  'error_rate',
  'queue_size',
  'last_exchange',
] as const;
/** One of {@link HEALTH_CHECKS}. */
export type HealthCheckName = (typeof HEALTH_CHECKS)[number];

/** One check and what it found. */
export interface HealthCheck {
  name: HealthCheckName;
  /** True also for what cannot be judged; `detail` says so. */
  ok: boolean;
  /** One sentence for a person. */
  detail: string;
}

/** A worker is healthy when all of its checks are. */
export interface WorkerHealth {
  worker: string;
  healthy: boolean;
  checks: HealthCheck[];
  /** Milliseconds since the epoch. */
  checkedAt: number;
}

/** Where a worker stops being healthy. */
export interface HealthThresholds {
  /** Longest time without activity while there is work, in milliseconds; default 1800000. */
  activityMs: number;
  /** Largest error rate within the sliding window of the metrics, 0..1; default 0.1. */
  maxErrorRate: number;
  /** Messages that must have ended in the window before their error rate counts, >= 1; default 10. */
  minSample: number;
  /** Most messages waiting or delayed; default 1000. */
  maxQueueSize: number;
  /** Longest time without a successful exchange with the queue, its own wait aside, in milliseconds; default 60000. */
  maxSilenceMs: number;
}

/** Defaults of {@link HealthThresholds}. */
export const HEALTH_THRESHOLDS: Readonly<HealthThresholds> = Object.freeze({
  activityMs: 1_800_000,
  maxErrorRate: 0.1,
  minSample: 10,
  maxQueueSize: 1000,
  maxSilenceMs: 60_000,
});
