import { randomUUID } from 'node:crypto';
import type { Reply } from './http.ts';
import { type AddedRoute, NOT_FOUND, REPO } from './routes.ts';
import type { Upstream } from './upstream.ts';

/** A check run as the emulator formats it, as far as it is read here. */
export interface EmulatedCheckRun {
  id: number;
  name: string;
  head_sha: string;
  status: string;
  conclusion: string | null;
  external_id: string;
  output: { title: string | null; summary: string | null; text: string | null };
  app: object | null;
}

/** A workflow run and the check runs that are its jobs: with GitHub a job and its check run have one id. */
interface Run {
  id: number;
  repository: string;
  headSha: string;
  attempt: number;
  createdAt: string;
  jobs: { id: number; attempt: number }[];
}

/**
 * GitHub Actions over the emulator's check runs. The emulator's own jobs are stubs that no check run belongs to, so
 * these routes answer from the check runs, and only the logs and the grouping into runs are kept here.
 */
export class Actions {
  readonly #upstream: Upstream;
  readonly #runs = new Map<number, Run>();
  readonly #logs = new Map<number, Buffer>();
  readonly #addresses = new Map<string, number>();
  readonly #url: string;

  /** @param url of the proxy, for addresses of logs */
  constructor(upstream: Upstream, url: string) {
    this.#upstream = upstream;
    this.#url = url;
  }

  /** Starts a workflow run with one queued job a name; answers the ids, jobs in the order of the names. */
  async start(
    repository: string,
    headSha: string,
    names: readonly string[],
  ): Promise<{ runId: number; jobIds: number[] }> {
    const run: Run = {
      id: 9_000_000 + this.#runs.size,
      repository,
      headSha,
      attempt: 1,
      createdAt: new Date().toISOString(),
      jobs: [],
    };
    this.#runs.set(run.id, run);
    for (const name of names) await this.#addJob(run, name);
    return { runId: run.id, jobIds: run.jobs.map((job) => job.id) };
  }

  /** Writes the log of a job: what a runner uploads when the job ends. */
  setLog(jobId: number, log: Buffer | string): void {
    this.#logs.set(jobId, Buffer.from(log));
  }

  /** Jobs of the latest attempt of a run. */
  latestJobs(runId: number): number[] {
    const run = this.#runs.get(runId);
    return run ? run.jobs.filter((job) => job.attempt === run.attempt).map((job) => job.id) : [];
  }

  attempt(runId: number): number {
    return this.#runs.get(runId)?.attempt ?? 0;
  }

  isJob(checkRunId: number): boolean {
    return this.#runOf(checkRunId) !== undefined;
  }

  routes(): AddedRoute[] {
    const jobs = 'REST API, Actions: Workflow jobs';
    const runs = 'REST API, Actions: Workflow runs';
    const route = (
      name: string,
      docs: string,
      method: string,
      path: string,
      answer: AddedRoute['answer'],
    ) => ({
      name,
      docs,
      method,
      path: new RegExp(`${REPO}/actions/${path}$`),
      answer,
    });
    return [
      route('job', jobs, 'GET', 'jobs/(?<id>\\d+)', ({ id }) => this.#job(Number(id))),
      route('job-logs', jobs, 'GET', 'jobs/(?<id>\\d+)/logs', async ({ id }) => this.#redirect(Number(id))),
      route('job-rerun', jobs, 'POST', 'jobs/(?<id>\\d+)/rerun', async ({ id }) => {
        const run = this.#runOf(Number(id));
        return run ? await this.#rerun(run, [Number(id)]) : NOT_FOUND;
      }),
      route('run', runs, 'GET', 'runs/(?<id>\\d+)', ({ id }) => this.#run(Number(id))),
      route('run-jobs', jobs, 'GET', 'runs/(?<id>\\d+)/jobs', ({ id }) => this.#jobs(Number(id))),
      route('rerun-failed-jobs', runs, 'POST', 'runs/(?<id>\\d+)/rerun-failed-jobs', async ({ id }) => {
        const run = this.#runs.get(Number(id));
        if (!run) return NOT_FOUND;
        const checks = await Promise.all(this.latestJobs(run.id).map((job) => this.#check(run, job)));
        return await this.#rerun(
          run,
          checks.filter((it) => it.conclusion !== 'success').map((it) => it.id),
        );
      }),
      {
        name: 'log-storage',
        docs: 'REST API, Actions: Download job logs (the address lives one minute and takes no credentials)',
        method: 'GET',
        path: /^\/_storage\/(?<address>[0-9a-f-]+)$/,
        answer: async ({ address = '' }, request) => {
          if (request.headers.authorization) return { status: 400, body: 'credentials are not taken here' };
          const log = this.#logs.get(this.#addresses.get(address) ?? -1);
          return log ? { status: 200, headers: { 'content-type': 'text/plain' }, body: log } : NOT_FOUND;
        },
      },
    ];
  }

  async #addJob(run: Run, name: string): Promise<number> {
    const checks = `/repos/${run.repository}/check-runs`;
    const { id } = await this.#upstream.call<{ id: number }>('POST', checks, { name, head_sha: run.headSha });
    run.jobs.push({ id, attempt: run.attempt });
    const details_url = `${this.#url}/${run.repository}/actions/runs/${run.id}/job/${id}`;
    await this.#upstream.call('PATCH', `${checks}/${id}`, { status: 'in_progress', details_url });
    return id;
  }

  async #rerun(run: Run, jobIds: readonly number[]): Promise<Reply> {
    const checks = await Promise.all(jobIds.map((id) => this.#check(run, id)));
    if (checks.some((check) => check.status !== 'completed') || checks.length === 0) {
      return { status: 403, body: { message: 'This workflow run cannot be retried' } };
    }
    run.attempt += 1;
    for (const check of checks) await this.#addJob(run, check.name);
    return { status: 201, body: {} };
  }

  #redirect(id: number): Reply {
    if (!this.#logs.has(id)) return NOT_FOUND;
    const address = randomUUID();
    this.#addresses.set(address, id);
    return { status: 302, headers: { location: `${this.#url}/_storage/${address}` } };
  }

  async #job(id: number): Promise<Reply> {
    const run = this.#runOf(id);
    return run ? { status: 200, body: await this.#jobBody(run, id) } : NOT_FOUND;
  }

  async #jobs(runId: number): Promise<Reply> {
    const run = this.#runs.get(runId);
    if (!run) return NOT_FOUND;
    const jobs = await Promise.all(this.latestJobs(runId).map((id) => this.#jobBody(run, id)));
    return { status: 200, body: { total_count: jobs.length, jobs } };
  }

  async #run(id: number): Promise<Reply> {
    const run = this.#runs.get(id);
    if (!run) return NOT_FOUND;
    const checks = await Promise.all(this.latestJobs(id).map((job) => this.#check(run, job)));
    const done = checks.every((check) => check.status === 'completed');
    const failed = checks.some((check) => check.conclusion !== 'success');
    return {
      status: 200,
      body: {
        id,
        run_attempt: run.attempt,
        status: done ? 'completed' : 'in_progress',
        conclusion: done ? (failed ? 'failure' : 'success') : null,
        head_sha: run.headSha,
        created_at: run.createdAt,
      },
    };
  }

  async #jobBody(run: Run, id: number): Promise<object> {
    const { name, status, conclusion } = await this.#check(run, id);
    const attempt = run.jobs.find((job) => job.id === id)?.attempt;
    return { id, run_id: run.id, run_attempt: attempt, name, status, conclusion };
  }

  async #check(run: Run, id: number): Promise<EmulatedCheckRun> {
    return await this.#upstream.call('GET', `/repos/${run.repository}/check-runs/${id}`);
  }

  #runOf(jobId: number): Run | undefined {
    return [...this.#runs.values()].find((run) => run.jobs.some((job) => job.id === jobId));
  }
}
