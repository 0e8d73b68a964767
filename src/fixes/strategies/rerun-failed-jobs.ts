import { createHash } from 'node:crypto';
import { PermanentError } from '../../errors.ts';
import { permissionOf } from '../../github/permissions.ts';
import type { WorkflowRunInfo } from '../../github/types.ts';
import { type RerunPlan, unpackRerun } from '../fix-content.ts';
import { readHead } from '../head.ts';
import { limitsOf, rerunRefusal } from '../limits.ts';
import {
  type Applied,
  type FixEnvironment,
  type FixJob,
  type FixStrategy,
  type Refused,
  refused,
  type Wait,
  wait,
} from '../strategy.ts';

/** GitHub re-runs a run for 30 days after its first attempt ("Re-running workflows and jobs"). */
const RERUN_MAX_AGE_MS = 30 * 24 * 3_600_000;
/** A run may be re-run 50 times (GitHub changelog, 2026-04-10). */
const RUN_ATTEMPTS_MAX = 50;
/** Longest wait for the diagnoses of the other failed jobs, in milliseconds. */
const DIAGNOSIS_WAIT_MAX_MS = 10 * 60_000;
const POLL_MS = 15_000;
/** Longest wait for the run to end, in milliseconds: well before the message expires. */
const RUN_WAIT_MAX_MS = 12 * 3_600_000;

/** Conclusions of a job that a re-run of the failed jobs would run again because it failed. */
const FAILED = new Set(['failure', 'timed_out', 'startup_failure', 'other']);

/**
 * Re-runs the failed jobs of a run, if infrastructure failed all of them or a person asks for it. The mark is a
 * higher run attempt.
 */
export const rerunFailedJobs: FixStrategy<RerunPlan, RerunPlan> = {
  name: 'rerun_failed_jobs',
  permission: permissionOf('rerun'),

  async plan(job) {
    const plan = unpackRerun(job.payload.fix_content);
    if (!plan) return refused('rerun.malformed', 'the message does not name a run');
    const digest = createHash('sha256').update(`${plan.runId}:${plan.fingerprint}`).digest('hex');
    return { kind: 'planned', plan, digest, reverseDigest: null };
  },

  async preflight(plan, job, environment) {
    const { client, policy, clock } = environment;
    const run = await client.getWorkflowRun(plan.runId);
    if (!run) return refused('rerun.run_gone', 'the workflow run is not there any more');
    if (run.runAttempt > plan.runAttempt) return rerun(run.runAttempt);
    const head = await readHead(job, environment);
    if (head.kind === 'refused') return head;
    const why = whyNotEligible(run, job, clock.now());
    if (why) return why;
    const digest = createHash('sha256').update(`${plan.runId}:${plan.fingerprint}`).digest('hex');
    const facts = await limitsOf(job, environment);
    const requested = job.payload.requested_by !== undefined;
    const refusal = rerunRefusal(facts, policy, digest, requested);
    if (refusal) return { kind: 'refused', refusal };
    // A person may want to see a real failure once more.
    if (requested) return { kind: 'go', ready: plan };
    return (await whyNotAllTransient(plan, job, environment)) ?? { kind: 'go', ready: plan };
  },

  async apply(plan, _job, { client }) {
    try {
      await client.rerunFailedJobs(plan.runId);
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      // GitHub refuses with one status for a run that is running, one that is too old, and a missing permission.
      const run = await client.getWorkflowRun(plan.runId);
      if (run && run.runAttempt > plan.runAttempt) return rerun(run.runAttempt);
      if (run && run.status !== 'completed') return wait('rerun.running', 'the run is running', POLL_MS);
      throw error;
    }
    return rerun(plan.runAttempt + 1);
  },

  async verify() {
    // The new attempt shows up seconds later; a check of its own reports what became of it.
    return null;
  },
};

function rerun(attempt: number): Applied {
  return {
    kind: 'applied',
    result: `attempt ${attempt}`,
    message: `re-ran the failed jobs (attempt ${attempt})`,
  };
}

function whyNotEligible(
  run: WorkflowRunInfo,
  { payload, requestedAt }: FixJob,
  now: number,
): Refused | Wait | null {
  if (run.headSha !== payload.head_sha) return refused('head.moved', 'the run belongs to another head');
  if (run.createdAt < now - RERUN_MAX_AGE_MS) {
    return refused('rerun.too_old', 'GitHub re-runs a run for 30 days only');
  }
  if (run.runAttempt >= RUN_ATTEMPTS_MAX) {
    return refused('rerun.limit_per_run', `GitHub re-runs a run ${RUN_ATTEMPTS_MAX} times only`);
  }
  if (run.status === 'completed') return null;
  if (now - requestedAt > RUN_WAIT_MAX_MS) {
    return refused('rerun.run_too_long', 'the run has not ended for hours');
  }
  return wait('rerun.running', 'the run has not ended yet', POLL_MS);
}

/** Re-running is for the whole run: one job that really failed keeps it from being hidden. */
async function whyNotAllTransient(
  plan: RerunPlan,
  job: FixJob,
  { client, store, clock }: FixEnvironment,
): Promise<Refused | Wait | null> {
  const jobs = await client.listJobs(plan.runId);
  for (const { id, name, conclusion } of jobs) {
    if (conclusion === null || !FAILED.has(conclusion)) continue;
    const known = await store.diagnoses.find(id);
    if (known?.diagnosis.transient) continue;
    if (known) return refused('rerun.not_all_transient', `the job "${name}" failed for another reason`);
    if (clock.now() - job.requestedAt < DIAGNOSIS_WAIT_MAX_MS) {
      return wait('wait.diagnoses', 'other failed jobs of the run are not diagnosed yet', POLL_MS);
    }
    return refused('rerun.undiagnosed', `the job "${name}" failed for a reason that is not known`);
  }
  return null;
}
