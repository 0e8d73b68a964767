import type { FixStrategyName } from '../../messages/payloads.ts';
import { type FixOutcome, runFix } from '../run-fix.ts';
import type { FixEnvironment, FixJob } from '../strategy.ts';
import { applyPatch } from './apply-patch.ts';
import { openPullRequest } from './open-pull-request.ts';
import { report } from './report.ts';
import { rerunFailedJobs } from './rerun-failed-jobs.ts';
import { suggestChange } from './suggest-change.ts';
import { updateBranch } from './update-branch.ts';

type Runner = (job: FixJob, environment: FixEnvironment) => Promise<FixOutcome>;

const RUNNERS: Readonly<Record<FixStrategyName, Runner>> = Object.freeze({
  apply_patch: (job, environment) => runFix(applyPatch, job, environment),
  rerun_failed_jobs: (job, environment) => runFix(rerunFailedJobs, job, environment),
  suggest_change: (job, environment) => runFix(suggestChange, job, environment),
  open_pull_request: (job, environment) => runFix(openPullRequest, job, environment),
  update_branch: (job, environment) => runFix(updateBranch, job, environment),
  report: (job, environment) => runFix(report, job, environment),
});

/** Carries out the strategy that a job names. */
export async function runStrategy(job: FixJob, environment: FixEnvironment): Promise<FixOutcome> {
  return await RUNNERS[job.payload.fix_strategy](job, environment);
}
