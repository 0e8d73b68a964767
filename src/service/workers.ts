import { createCheckAnalyzerWorker } from '../../workers/check-analyzer.ts';
import type { WorkerDependencies, WorkerSettings } from '../../workers/dependencies.ts';
import { createFixApplicatorWorker } from '../../workers/fix-applicator.ts';
import { createPRMonitorWorker } from '../../workers/pr-monitor.ts';
import { analyzeLog } from '../analysis/analyze.ts';
import { RepositoryFacts } from '../fixes/repository-facts.ts';
import type { Logger } from '../logger.ts';
import { QUEUES, type QueueName } from '../messages/queues.ts';
import type { BaseWorker } from '../worker/base-worker.ts';
import { MetricsCollector } from '../worker/metrics.ts';
import { WorkerManager } from '../worker/worker-manager.ts';

/** The worker of each queue. */
const FACTORIES: Readonly<
  Record<QueueName, (dependencies: WorkerDependencies, settings: WorkerSettings) => BaseWorker>
> = {
  [QUEUES.prMonitor]: createPRMonitorWorker,
  [QUEUES.checkAnalyzer]: createCheckAnalyzerWorker,
  [QUEUES.fixApplicator]: createFixApplicatorWorker,
};

/** The workers of the queues that a process works on, registered and not yet started. */
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
  const manager = new WorkerManager(metrics);
  for (const queue of queues) {
    manager.register(FACTORIES[queue](dependencies, { concurrency, logger, metrics }));
  }
  return manager;
}
