import { type BatchOptions, type BatchResult, BatchWorker, dead, type WorkerMessage } from 'checkmend';
import type { Analysis, AnalysisRepository } from './analysis-repository.ts';

/** Takes ratings that others made, and stores up to a hundred of them in one transaction. */
export class RatingImportWorker extends BatchWorker {
  readonly #repository: AnalysisRepository;

  constructor(repository: AnalysisRepository, options: Omit<BatchOptions, 'name' | 'queue'>) {
    super({ batchSize: 100, maxWaitMs: 200, ...options, name: 'rating-import', queue: 'ratings' });
    this.#repository = repository;
  }

  protected override async processBatch(messages: readonly WorkerMessage[]): Promise<BatchResult[]> {
    const analyses = messages.map(toAnalysis);
    // A throw here fails the whole batch: every message is tried again.
    this.#repository.saveAll(analyses.filter((analysis) => analysis !== null));
    return analyses.map((analysis) => analysis !== null || dead('the rating is not within 0..10'));
  }
}

function toAnalysis({ payload, timestamp }: WorkerMessage): Analysis | null {
  const { pull_request, score } = payload;
  if (typeof pull_request !== 'string' || typeof score !== 'number' || !(score >= 0 && score <= 10))
    return null;
  return { pullRequest: pull_request, kind: 'quality', score, analyzedAt: timestamp };
}
