import type { Timer } from '../clock.ts';
import { BaseWorker } from './base-worker.ts';
import { HealthChecker } from './health-checker.ts';
import type { WorkerOptions } from './options.ts';
import { FixedDelay } from './retry-policy.ts';
import { resolveWorkerConfig, type WorkerConfig } from './worker-config.ts';

/** Options of {@link ConfigurableWorker}: what the settings say is not an option. */
export interface ConfigurableOptions extends Omit<WorkerOptions, 'concurrency' | 'deadLetters'> {
  config?: Partial<WorkerConfig>;
}

/** The health checks of one life: the next life has its own. */
interface Watch {
  over: boolean;
  timer?: Timer;
}

/** A worker that is set up by plain settings, and looks after its own health. */
export abstract class ConfigurableWorker extends BaseWorker {
  readonly config: Readonly<WorkerConfig>;
  #healthy = true;

  /** @throws ConfigError for settings that are unknown or out of range */
  constructor({ config, ...options }: ConfigurableOptions) {
    const resolved = resolveWorkerConfig(config);
    super({
      ...options,
      concurrency: resolved.maxConcurrentMessages,
      retryPolicy: options.retryPolicy ?? new FixedDelay(resolved.retryDelayMs),
      deadLetters: resolved.deadLetterQueue,
      ...(!resolved.metrics && { metrics: null }),
    });
    this.config = resolved;
  }

  override start(): void {
    if (this.state === 'running') return;
    super.start();
    this.#healthy = true;
    const watch: Watch = { over: false };
    this.#scheduleCheck(watch);
    void this.ended().then(() => {
      watch.over = true;
      watch.timer?.clear();
    });
  }

  /** @param deadlineMs default: the setting `gracefulShutdownTimeoutMs` */
  override async stop(deadlineMs: number = this.config.gracefulShutdownTimeoutMs): Promise<void> {
    await super.stop(deadlineMs);
  }

  #scheduleCheck(watch: Watch): void {
    const { healthCheckIntervalMs } = this.config;
    if (healthCheckIntervalMs === 0) return;
    watch.timer = this.options.clock.setTimeout(() => void this.#check(watch), healthCheckIntervalMs);
  }

  async #check(watch: Watch): Promise<void> {
    const { clock } = this.options;
    const checker = new HealthChecker({ workers: () => [this], clock });
    const health = await checker.checkWorkerHealth(this.name);
    if (watch.over || this.state !== 'running') return;
    if (health.healthy !== this.#healthy) {
      this.#healthy = health.healthy;
      const { logger, name } = this.options;
      const failed = health.checks.filter(({ ok }) => !ok);
      logger[health.healthy ? 'info' : 'warn'](
        { worker: name, failed },
        'the health of the worker has changed',
      );
      this.reporter.notify((observer) => observer.health?.(name, health));
    }
    this.#scheduleCheck(watch);
  }
}
