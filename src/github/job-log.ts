import type { Clock } from '../clock.ts';
import { CheckmendError, TransientError, toError } from '../errors.ts';
import { findJob } from './actions.ts';
import type { RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import type { JobLog } from './types.ts';

/** Milliseconds until the storage behind a log's address must have begun to answer, and between two pieces of it. */
const STORAGE_TIMEOUT_MS = 30_000;

/** Milliseconds after a job's end in which its log may still be on its way to the storage. */
const UPLOAD_MS = 60_000;

/** Conclusions of jobs that may have ended before they began. */
const NEVER_LOGGED: readonly (string | null)[] = ['cancelled', 'skipped', 'action_required', 'stale'];

type LogStream = ReadableStream<Uint8Array>;

/**
 * The log of a job. The API answers with a redirect to an address that lives a minute and takes no credentials.
 * A log that is missing says little by its status: the job's own state tells whether it is still to come.
 * Source: REST API, "Workflow jobs / Download job logs".
 */
export async function getJobLog(api: RepositoryApi, jobId: string, clock: Clock): Promise<JobLog> {
  const opened = await openLog(api, jobId, clock);
  if (typeof opened === 'object') return { state: 'available', stream: opened };
  return await whyMissing(api, jobId, opened, clock);
}

async function openLog(api: RepositoryApi, jobId: string, clock: Clock): Promise<LogStream | 404 | 410> {
  const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs';
  try {
    const { headers, data } = await api.raw(route, { job_id: jobId }, { bare: true });
    const location = headers.get('location');
    const body = data instanceof ReadableStream ? (data as LogStream) : null;
    if (location !== null) {
      await body?.cancel();
      return await openAddress(location, clock);
    }
    return body ? withStallLimit(body, clock) : 404;
  } catch (error) {
    if (isStatus(error, 'not_found')) return 404;
    if (isStatus(error, 'gone')) return 410;
    throw error;
  }
}

async function openAddress(location: string, clock: Clock): Promise<LogStream | 404 | 410> {
  const late = new AbortController();
  const timer = clock.setTimeout(() => late.abort(), STORAGE_TIMEOUT_MS);
  try {
    const response = await fetch(location, { signal: late.signal });
    if (response.ok && response.body) return withStallLimit(response.body, clock);
    await response.body?.cancel();
    const { status } = response;
    if (status === 404 || status === 410) return status;
    // The address itself is a credential: it stays out of the message.
    throw new TransientError('log_unavailable', `the log's storage answered ${status}`);
  } catch (thrown) {
    if (thrown instanceof CheckmendError) throw thrown;
    throw new TransientError('network', "the log's storage did not answer", { cause: toError(thrown) });
  } finally {
    timer.clear();
  }
}

/** The stream, failing where nothing comes for too long. */
function withStallLimit(stream: LogStream, clock: Clock): LogStream {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const stalled = Promise.withResolvers<never>();
        const timer = clock.setTimeout(
          () => stalled.reject(new TransientError('network', 'the log stopped in the middle')),
          STORAGE_TIMEOUT_MS,
        );
        try {
          const { done, value } = await Promise.race([reader.read(), stalled.promise]);
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          await reader.cancel(error).catch(() => undefined);
          throw error;
        } finally {
          timer.clear();
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function whyMissing(
  api: RepositoryApi,
  jobId: string,
  status: 404 | 410,
  clock: Clock,
): Promise<JobLog> {
  const job = await findJob(api, jobId);
  if (!job || status === 410) return { state: 'gone' };
  if (job.status !== 'completed') return { state: 'not_yet' };
  if (NEVER_LOGGED.includes(job.conclusion)) return { state: 'never' };
  const endedAt = job.completed_at ?? Number.NEGATIVE_INFINITY;
  return { state: clock.now() - endedAt < UPLOAD_MS ? 'not_yet' : 'gone' };
}
