import { nextRunId } from '../extras.ts';
import { type Json, objectOf } from '../wire.ts';
import { act, type World } from '../world.ts';

/** An annotation as GitHub's API takes it. */
export interface ScenarioAnnotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  message: string;
  title?: string;
}

/** A check run that somebody else makes. */
export interface CheckRunScenario {
  name: string;
  headSha: string;
  /** Slug of the App that makes it; default `other-ci`. */
  app?: string;
  /** Default `completed` where there is a conclusion, else `in_progress`. */
  status?: 'queued' | 'in_progress' | 'completed';
  conclusion?: string;
  output?: { title: string; summary: string; text?: string; annotations?: ScenarioAnnotation[] };
  detailsUrl?: string;
  externalId?: string;
  /** Actions run that it is a job of. */
  actionsRun?: number;
}

/** Makes a check run as an App that is not the one under test; answers its id. */
export async function createCheckRun(
  world: World,
  repository: string,
  check: CheckRunScenario,
): Promise<number> {
  const body: Json = {
    name: check.name,
    head_sha: check.headSha,
    status: check.status ?? (check.conclusion === undefined ? 'in_progress' : 'completed'),
    ...(check.conclusion !== undefined && { conclusion: check.conclusion }),
    started_at: new Date().toISOString(),
    ...(check.output && { output: check.output }),
    ...(check.detailsUrl !== undefined && { details_url: check.detailsUrl }),
    ...(check.externalId !== undefined && { external_id: check.externalId }),
  };
  const scenario = {
    app: check.app ?? 'other-ci',
    ...(check.actionsRun !== undefined && { actionsRun: check.actionsRun }),
  };
  const answer = await act(world, repository, `POST /repos/${repository}/check-runs`, body, { scenario });
  return Number(objectOf(answer).id);
}

/** Ends a check run. */
export async function completeCheckRun(
  world: World,
  repository: string,
  id: number,
  conclusion: string,
  output?: CheckRunScenario['output'],
): Promise<void> {
  const body = { status: 'completed', conclusion, ...(output && { output }) };
  await act(world, repository, `PATCH /repos/${repository}/check-runs/${id}`, body);
}

/** One job of a workflow run. */
export interface JobScenario {
  name: string;
  /** Without one it stays in progress. */
  conclusion?: string;
  /** Its log; without one there is none yet. */
  log?: string | Buffer;
  output?: CheckRunScenario['output'];
}

/** A workflow run: its jobs are begun together, then ended one after the other. */
export interface ActionsScenario {
  headSha: string;
  /** Null for a head in a fork. */
  headBranch?: string | null;
  /** Name of the workflow; default `CI`. */
  workflow?: string;
  jobs: readonly JobScenario[];
}

/** Plays a workflow run; answers its id and the ids of its jobs by name. */
export async function runActions(
  world: World,
  repository: string,
  scenario: ActionsScenario,
): Promise<{ runId: number; jobs: Record<string, number> }> {
  const runId = nextRunId(world.extras);
  world.extras.runs.set(runId, {
    id: runId,
    repository,
    name: scenario.workflow ?? 'CI',
    headSha: scenario.headSha,
    headBranch: scenario.headBranch ?? null,
    attempt: 1,
    createdAt: Date.now(),
    jobs: [],
  });
  const jobs: Record<string, number> = {};
  for (const { name } of scenario.jobs) {
    jobs[name] = await createCheckRun(world, repository, {
      name,
      headSha: scenario.headSha,
      app: 'github-actions',
      status: 'in_progress',
      actionsRun: runId,
    });
  }
  for (const job of scenario.jobs) {
    const id = jobs[job.name] ?? 0;
    if (job.log !== undefined) setLog(world, id, job.log);
    if (job.conclusion !== undefined)
      await completeCheckRun(world, repository, id, job.conclusion, job.output);
  }
  return { runId, jobs };
}

/** Writes the log of a job; null for none yet, `gone` for one that was deleted. */
export function setLog(world: World, jobId: number, log: string | Buffer | null): void {
  if (log === null) world.extras.logs.delete(jobId);
  else world.extras.logs.set(jobId, log === 'gone' ? 'gone' : Buffer.from(log));
}
