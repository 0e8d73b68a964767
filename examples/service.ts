import { MemorySlotStore, type QueueManager, SlotPool, type SlotStore, WorkerManager } from 'checkmend';
import type { AnalysisRepository } from './analysis-repository.ts';
import { RatingImportWorker } from './batch-worker.ts';
import { CustomAnalysisWorker } from './custom-analysis-worker.ts';
import { AlarmObserver } from './observer.ts';
import { NightlyRatingWorker, type OpenPullRequest } from './scheduled-worker.ts';

/** What the service works with. */
export interface ServiceParts {
  queues: QueueManager;
  repository: AnalysisRepository;
  openPullRequests: () => Promise<readonly OpenPullRequest[]>;
  /** Default: of this process alone. */
  slotStore?: SlotStore;
  alarm?: (line: string) => void;
}

/** All the workers of these examples in one process: at most eight messages at once, analyses before imports. */
export function createService({
  queues,
  repository,
  openPullRequests,
  slotStore = new MemorySlotStore(),
  alarm = console.warn,
}: ServiceParts): WorkerManager {
  const options = { queues, concurrency: 8, observers: [new AlarmObserver(5000, alarm)] };
  return new WorkerManager(undefined, { slots: new SlotPool(8) })
    .register(new CustomAnalysisWorker(repository, { ...options, slotPriority: 2 }))
    .register(new RatingImportWorker(repository, { ...options, concurrency: 1, slotPriority: 1 }))
    .register(new NightlyRatingWorker({ queues, slotStore, openPullRequests }));
}
