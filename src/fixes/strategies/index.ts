import type { FixStrategyName } from '../../messages/payloads.ts';
import { type FixOutcome, runFix } from '../run-fix.ts';
import { type FixEnvironment, type FixJob, refused } from '../strategy.ts';
import { applyPatch } from './apply-patch.ts';
import { report } from './report.ts';
import { rerunFailedJobs } from './rerun-failed-jobs.ts';

type Runner = (job: FixJob, environment: FixEnvironment) => Promise<FixOutcome>;

const RUNNERS: Readonly<Partial<Record<FixStrategyName, Runner>>> = Object.freeze({
  apply_patch: (job, environment) => runFix(applyPatch, job, environment),
  rerun_failed_jobs: (job, environment) => runFix(rerunFailedJobs, job, environment),
  report: (job, environment) => runFix(report, job, environment),
});

/** Carries out the strategy that a job names. */
export async function runStrategy(job: FixJob, environment: FixEnvironment): Promise<FixOutcome> {
  const run = RUNNERS[job.payload.fix_strategy];
  if (!run) return refused('strategy.unknown', `this version cannot carry out ${job.payload.fix_strategy}`);
  return await run(job, environment);
}
