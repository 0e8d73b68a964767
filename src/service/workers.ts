import { CheckAnalyzerBatchWorker } from '../../workers/check-analyzer-batch.ts';
import type { WorkerDependencies, WorkerSettings } from '../../workers/dependencies.ts';
import { createFixApplicatorWorker } from '../../workers/fix-applicator.ts';
import { createPRMonitorWorker } from '../../workers/pr-monitor.ts';
import { analyzeLog } from '../analysis/analyze.ts';
import { RepositoryFacts } from '../fixes/repository-facts.ts';
import type { Logger } from '../logger.ts';
import { QUEUES, type QueueName } from '../messages/queues.ts';
import type { BaseWorker } from '../worker/base-worker.ts';
import { MetricsCollector } from '../worker/metrics.ts';
import { SlotPool } from '../worker/slot-pool.ts';
import { WorkerManager } from '../worker/worker-manager.ts';

interface QueueWork {
  create: (dependencies: WorkerDependencies, settings: WorkerSettings) => BaseWorker;
  /** Who gets a slot of the process first; one slot is kept for the lowest. */
  slotPriority: number;
}

/** The worker of each queue. */
const WORK: Readonly<Record<QueueName, QueueWork>> = {
  [QUEUES.prMonitor]: { create: createPRMonitorWorker, slotPriority: 1 },
  [QUEUES.checkAnalyzer]: {
    create: (dependencies, settings) => new CheckAnalyzerBatchWorker(dependencies, settings),
    slotPriority: 2,
  },
  [QUEUES.fixApplicator]: { create: createFixApplicatorWorker, slotPriority: 3 },
};

/**
 * The workers of the queues that a process works on, registered and not yet started.
 * @param load `concurrency`: messages at once in all queues together, 1..256
 */
export function createWorkers(
  parts: Omit<WorkerDependencies, 'facts' | 'analyze'> & { logger: Logger },
  { queues, concurrency }: { queues: readonly QueueName[]; concurrency: number },
): WorkerManager {
  const { logger, ...others } = parts;
  const dependencies: WorkerDependencies = {
    ...others,
    analyze: analyzeLog,
    facts: new RepositoryFacts(parts.github, parts.clock),
  };
  const metrics = new MetricsCollector();
  const slots = new SlotPool(concurrency);
  const manager = new WorkerManager(metrics, { clock: parts.clock, logger, slots });
  for (const queue of queues) {
    const { create, slotPriority } = WORK[queue];
    manager.register(create(dependencies, { concurrency, slotPriority, logger, metrics }));
  }
  return manager;
}
