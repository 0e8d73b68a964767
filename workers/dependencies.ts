import type { AnalysisOptions, Diagnosis } from '../src/analysis/types.ts';
import type { Clock } from '../src/clock.ts';
import type { ModeOverride } from '../src/config/env.ts';
import type { RepositoryFacts } from '../src/fixes/repository-facts.ts';
import type { DomainEventSink } from '../src/fixes/strategy.ts';
import type { GitHubApp } from '../src/github/types.ts';
import type { QueueManager } from '../src/queue/types.ts';
import type { Store } from '../src/store/types.ts';
import type { WorkerOptions } from '../src/worker/options.ts';

/** Log text in, diagnosis out. */
export type AnalyzeLog = (log: AsyncIterable<Uint8Array>, options: AnalysisOptions) => Promise<Diagnosis>;

/** What the service's workers work with. */
export interface WorkerDependencies {
  readonly store: Store;
  readonly github: GitHubApp;
  readonly queues: QueueManager;
  /** Domain events go here; the service's `EventBus`. */
  readonly bus: DomainEventSink;
  readonly analyze: AnalyzeLog;
  /** Shared by the workers of a process. */
  readonly facts: RepositoryFacts;
  /** `CHECKMEND_MODE`. */
  readonly mode: ModeOverride;
  readonly clock: Clock;
}

/** Options of a worker that its factory does not set itself. */
export type WorkerSettings = Omit<WorkerOptions, 'name' | 'queue' | 'queues' | 'clock'>;
