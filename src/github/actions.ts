import { z } from 'zod';
import { TransientError, toError } from '../errors.ts';
import type { RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import { job, workflowRun } from './schemas.ts';
import type { JobInfo, JobLog, WorkflowRunInfo } from './types.ts';

/** Milliseconds until the storage behind a log's address must have begun to answer. */
const LOG_ANSWER_TIMEOUT_MS = 30_000;

export async function getJob(api: RepositoryApi, jobId: string): Promise<JobInfo | null> {
  const found = await api.find(job, 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}', { job_id: jobId });
  return found && jobInfo(found);
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

/**
 * The log of a job. The API answers with a redirect to an address that lives a minute and takes no credentials.
 * A log that is missing says nothing by its status: the job's own state tells whether it is still to come.
 * Source: REST API, "Workflow jobs / Download job logs".
 */
export async function getJobLog(api: RepositoryApi, jobId: string): Promise<JobLog> {
  const location = await logAddress(api, jobId);
  const stream = location === null ? null : await openLog(location);
  return stream ? { state: 'available', stream } : await whyMissing(api, jobId);
}

async function logAddress(api: RepositoryApi, jobId: string): Promise<string | null> {
  try {
    const { headers } = await api.raw('GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs', {
      job_id: jobId,
      request: { redirect: 'manual', parseSuccessResponseBody: false },
    });
    return headers.get('location');
  } catch (error) {
    if (isStatus(error, 'not_found') || isStatus(error, 'gone')) return null;
    throw error;
  }
}

async function openLog(location: string): Promise<ReadableStream<Uint8Array> | null> {
  const answered = new AbortController();
  const timer = setTimeout(() => answered.abort(), LOG_ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(location, { signal: answered.signal });
    if (response.ok && response.body) return response.body;
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return null;
    // The address itself is a credential: it stays out of the message.
    throw new TransientError('log_unavailable', `the log's storage answered ${response.status}`);
  } catch (thrown) {
    if (thrown instanceof TransientError) throw thrown;
    throw new TransientError('network', "the log's storage did not answer", { cause: toError(thrown) });
  } finally {
    clearTimeout(timer);
  }
}

async function whyMissing(api: RepositoryApi, jobId: string): Promise<JobLog> {
  const info = await getJob(api, jobId);
  if (!info) return { state: 'gone' };
  if (info.status !== 'completed') return { state: 'not_yet' };
  if (info.conclusion === 'cancelled' || info.conclusion === 'skipped') return { state: 'never' };
  return { state: 'gone' };
}

function jobInfo(found: z.output<typeof job>): JobInfo {
  const { id, name, status, conclusion } = found;
  return { id, runId: found.run_id, runAttempt: found.run_attempt, name, status, conclusion };
}
