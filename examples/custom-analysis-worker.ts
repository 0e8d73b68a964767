import {
  analyzeLog,
  done,
  EventWorker,
  type Outcome,
  type WorkerContext,
  type WorkerOptions,
} from 'checkmend';
import { z } from 'zod';
import type { Analysis, AnalysisRepository } from './analysis-repository.ts';

const complexityPayload = z.object({
  pull_request: z.string(),
  files_changed: z.int().nonnegative(),
  lines_changed: z.int().nonnegative(),
});

const qualityPayload = z.object({
  pull_request: z.string(),
  /** What the linter printed. */
  log: z.string(),
});

/** What travels on the queue `analysis`: message types and their payloads. */
export type AnalysisMessages = {
  analyze_pr_complexity: z.infer<typeof complexityPayload>;
  analyze_code_quality: z.infer<typeof qualityPayload>;
};

/** Rates pull requests: how much there is to review, and how clean it is. */
export class CustomAnalysisWorker extends EventWorker<AnalysisMessages> {
  readonly #repository: AnalysisRepository;

  constructor(repository: AnalysisRepository, options: Omit<WorkerOptions, 'name' | 'queue'>) {
    super({ ...options, name: 'custom-analysis', queue: 'analysis' });
    this.#repository = repository;
    this.registerHandler(
      'analyze_pr_complexity',
      ({ payload }, context) =>
        this.#save(payload.pull_request, 'complexity', complexityOf(payload), context),
      { schema: complexityPayload },
    );
    this.registerHandler(
      'analyze_code_quality',
      async ({ payload }, context) =>
        this.#save(payload.pull_request, 'quality', await qualityOf(payload.log), context),
      { schema: qualityPayload },
    );
  }

  #save(pullRequest: string, kind: Analysis['kind'], score: number, context: WorkerContext): Outcome {
    this.#repository.save({ pullRequest, kind, score, analyzedAt: context.clock.now() });
    context.logger.info({ pullRequest, kind, score }, 'pull request rated');
    return done;
  }
}

/** 0 for an empty change, 10 for what nobody can review. */
export function complexityOf(change: { files_changed: number; lines_changed: number }): number {
  return Math.min(10, change.files_changed * 0.3 + change.lines_changed * 0.001);
}

/** 10 for a clean log, one less for each finding, at least 0. */
async function qualityOf(log: string): Promise<number> {
  const { diagnostics } = await analyzeLog(log);
  return Math.max(0, 10 - diagnostics.length);
}
