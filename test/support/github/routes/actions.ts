import { randomBytes } from 'node:crypto';
import { announce, workflowRunJson } from '../announce.ts';
import { type ActionsRun, currentJobs, jobOf } from '../extras.ts';
import type { Handler, Route } from '../router.ts';
import { createCheckRun } from '../scenario/checks.ts';
import {
  type ApiRequest,
  type ApiResponse,
  empty,
  type Json,
  json,
  objectOf,
  pageOf,
  refusal,
} from '../wire.ts';
import { look, type World } from '../world.ts';

const JOBS = 'https://docs.github.com/rest/actions/workflow-jobs';
const RUNS = 'https://docs.github.com/rest/actions/workflow-runs';

/** Milliseconds that the address of a log lives. */
const LOG_ADDRESS_LIFE_MS = 60_000;

/** Age in milliseconds up to which a run may be run again, and how often. */
const RERUN_MAX_AGE_MS = 30 * 24 * 3_600_000;
const MAX_ATTEMPTS = 50;

/** Path of the storage that logs are read from; outside of the API, as at GitHub. */
export const LOG_STORAGE = '/_storage/logs/';

/** Runs and jobs of Actions over the check runs that stand for the jobs, logs, and re-runs. */
export function actionsRoutes(world: World, addresses: LogAddresses): Route[] {
  const route = (name: string, docs: string, handler: Handler): Route => ({
    route: name,
    docs,
    feature: 'actions',
    handler,
  });
  const base = '/repos/:owner/:repo/actions';
  const run = (name: string, answer: (run: ActionsRun, request: ApiRequest) => Promise<ApiResponse>) =>
    route(name, RUNS, (request, { owner, repo, id }) =>
      withRun(world, request, `${owner}/${repo}`, Number(id), answer),
    );
  const job = (name: string, answer: (id: number, request: ApiRequest) => Promise<ApiResponse>) =>
    route(name, JOBS, (request, { owner, repo, id }) => {
      const found = jobOf(world.extras, Number(id));
      return withRun(world, request, `${owner}/${repo}`, found?.run.id ?? 0, () =>
        answer(Number(id), request),
      );
    });
  return [
    run(`GET ${base}/runs/:id`, async (it) => json(200, await workflowRunJson(world, it))),
    run(`GET ${base}/runs/:id/jobs`, (it, request) => listJobs(world, it, request)),
    run(`POST ${base}/runs/:id/rerun-failed-jobs`, (it) => rerunFailed(world, it)),
    job(`GET ${base}/jobs/:id`, async (id) => json(200, await jobJson(world, id))),
    job(`GET ${base}/jobs/:id/logs`, async (id) => {
      const log = world.extras.logs.get(id);
      if (!(log instanceof Buffer)) return refusal(log === 'gone' ? 410 : 404, 'Not Found');
      return empty(302, { location: `${world.url}${LOG_STORAGE}${addresses.give(id)}` });
    }),
    job(`POST ${base}/jobs/:id/rerun`, async (id) => {
      const found = jobOf(world.extras, id);
      return found ? rerun(world, found.run, [found.job.name]) : refusal(404, 'Not Found');
    }),
  ];
}

/** Addresses of logs: each lives a minute and takes no credentials. */
export class LogAddresses {
  readonly #given = new Map<string, { jobId: number; until: number }>();

  give(jobId: number): string {
    const key = randomBytes(16).toString('hex');
    this.#given.set(key, { jobId, until: Date.now() + LOG_ADDRESS_LIFE_MS });
    return key;
  }

  /** What the storage answers. It refuses credentials that are not its own. */
  answer(world: World, request: ApiRequest): ApiResponse {
    if (request.headers.authorization !== undefined) {
      return { status: 401, headers: {}, body: Buffer.from('InvalidAuthenticationInfo') };
    }
    const given = this.#given.get(request.path.slice(LOG_STORAGE.length));
    const log = given && given.until > Date.now() ? world.extras.logs.get(given.jobId) : undefined;
    if (!(log instanceof Buffer)) {
      return {
        status: 404,
        headers: { 'x-ms-error-code': 'BlobNotFound' },
        body: Buffer.from('BlobNotFound'),
      };
    }
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: log };
  }
}

/** Lets the emulator check the caller's rights first: it asks for the permission before it looks for the run. */
async function withRun(
  world: World,
  request: ApiRequest,
  repository: string,
  id: number,
  answer: (run: ActionsRun, request: ApiRequest) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const probe = await world.emulator.forward(
    request.method === 'GET'
      ? { ...request, path: `/repos/${repository}/actions/runs`, query: new URLSearchParams('per_page=1') }
      : { ...request, path: `/repos/${repository}/actions/runs/0/rerun` },
  );
  if (probe.status >= 400 && !(request.method !== 'GET' && probe.status === 404)) return probe;
  const run = world.extras.runs.get(id);
  if (run?.repository !== repository) return refusal(404, 'Not Found');
  return await answer(run, request);
}

async function listJobs(world: World, run: ActionsRun, request: ApiRequest): Promise<ApiResponse> {
  const jobs = request.query.get('filter') === 'all' ? run.jobs : currentJobs(run);
  const shown = await Promise.all(pageOf(jobs, request.query).map(({ id }) => jobJson(world, id)));
  return json(200, { total_count: jobs.length, jobs: shown });
}

async function jobJson(world: World, id: number): Promise<Json> {
  const found = jobOf(world.extras, id);
  const repository = found?.run.repository ?? '';
  const answer = await look(world, repository, `/repos/${repository}/check-runs/${id}`);
  const check = answer ? objectOf(answer) : {};
  return {
    id,
    run_id: found?.run.id,
    run_attempt: found?.job.attempt,
    run_url: `${world.url}/repos/${repository}/actions/runs/${found?.run.id}`,
    head_sha: check.head_sha,
    name: check.name,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.started_at,
    completed_at: check.completed_at,
    check_run_url: `${world.url}/repos/${repository}/check-runs/${id}`,
    html_url: `${world.url}/${repository}/actions/runs/${found?.run.id}/job/${id}`,
    steps: [],
  };
}

async function rerunFailed(world: World, run: ActionsRun): Promise<ApiResponse> {
  const jobs = await Promise.all(currentJobs(run).map(({ id }) => jobJson(world, id)));
  const failed = jobs.filter(
    ({ conclusion }) => !['success', 'skipped', 'neutral'].includes(String(conclusion)),
  );
  return await rerun(
    world,
    run,
    failed.map(({ name }) => String(name)),
  );
}

async function rerun(world: World, run: ActionsRun, names: readonly string[]): Promise<ApiResponse> {
  const { status } = await workflowRunJson(world, run);
  if (status !== 'completed') return refusal(403, 'This workflow is already running');
  if (run.createdAt < Date.now() - RERUN_MAX_AGE_MS || run.attempt >= MAX_ATTEMPTS || names.length === 0) {
    return refusal(403, 'This workflow run cannot be retried');
  }
  run.attempt += 1;
  for (const name of names) {
    await createCheckRun(world, run.repository, {
      name,
      headSha: run.headSha,
      app: 'github-actions',
      status: 'queued',
      actionsRun: run.id,
    });
  }
  const requested = { action: 'requested', workflow_run: await workflowRunJson(world, run) };
  world.hooks.track(announce(world, run.repository, 'workflow_run', requested, 'ghost'));
  return json(201, {});
}
