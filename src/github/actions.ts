import { z } from 'zod';
import type { RepositoryApi } from './api.ts';
import { job, workflowRun } from './schemas.ts';
import type { JobInfo, WorkflowRunInfo } from './types.ts';

export async function getJob(api: RepositoryApi, jobId: string): Promise<JobInfo | null> {
  const found = await findJob(api, jobId);
  return found && jobInfo(found);
}

/** The job with the times that only this folder needs. */
export async function findJob(api: RepositoryApi, jobId: string): Promise<z.output<typeof job> | null> {
  return await api.find(job, 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}', { job_id: jobId });
}

export async function listJobs(api: RepositoryApi, runId: string): Promise<JobInfo[]> {
  const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs';
  const jobs = await api.list(z.object({ jobs: z.array(job) }), (page) => page.jobs, route, {
    run_id: runId,
    filter: 'latest',
  });
  return jobs.map(jobInfo);
}

export async function getWorkflowRun(api: RepositoryApi, runId: string): Promise<WorkflowRunInfo | null> {
  const found = await api.find(workflowRun, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
    run_id: runId,
  });
  if (!found) return null;
  return {
    id: found.id,
    runAttempt: found.run_attempt,
    status: found.status ?? 'unknown',
    conclusion: found.conclusion,
    headSha: found.head_sha,
    createdAt: found.created_at,
  };
}

/** Re-runs the failed jobs of a run. Source: REST API, "Workflow runs / Re-run failed jobs". */
export async function rerunFailedJobs(api: RepositoryApi, runId: string): Promise<void> {
  await api.raw('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs', { run_id: runId });
}

function jobInfo(found: z.output<typeof job>): JobInfo {
  const { id, name, status, conclusion } = found;
  return { id, runId: found.run_id, runAttempt: found.run_attempt, name, status, conclusion };
}
