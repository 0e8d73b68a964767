import { announce, announceSuite, workflowRunJson } from '../announce.ts';
import { completeCheckRun, pullsOfCommit } from '../complete.ts';
import { jobOf } from '../extras.ts';
import type { Handler, Route } from '../router.ts';
import {
  type ApiRequest,
  type ApiResponse,
  at,
  isObject,
  type Json,
  objectOf,
  objectsOf,
  pageOf,
  refusal,
  textOf,
  withBody,
} from '../wire.ts';
import { look, type World } from '../world.ts';
import { checkRunProblem } from './check-limits.ts';

const DOCS = 'https://docs.github.com/rest/checks/runs';

/**
 * Check runs: the emulator keeps them; added are their App, buttons, annotations that append, GitHub's limits,
 * pages, and the end of suites and workflow runs.
 */
export function checkRoutes(world: World): Route[] {
  const route = (name: string, handler: Handler): Route => ({
    route: name,
    docs: DOCS,
    feature: null,
    handler,
  });
  return [
    route('POST /repos/:owner/:repo/check-runs', (request, { owner, repo }) =>
      write(world, request, `${owner}/${repo}`, null),
    ),
    route('PATCH /repos/:owner/:repo/check-runs/:id', (request, { owner, repo, id }) =>
      write(world, request, `${owner}/${repo}`, Number(id)),
    ),
    route('GET /repos/:owner/:repo/check-runs/:id', async (request, { owner, repo }) => {
      const answer = await world.emulator.forward(request);
      if (answer.status !== 200) return answer;
      return withBody(answer, await completeCheckRun(world, `${owner}/${repo}`, objectOf(answer)));
    }),
    route('GET /repos/:owner/:repo/commits/:ref+/check-runs', (request, { owner, repo }) =>
      listRuns(world, request, `${owner}/${repo}`),
    ),
    route('GET /repos/:owner/:repo/check-runs/:id/annotations', async (request, { id }) => {
      const answer = await world.emulator.forward(request);
      if (answer.status !== 200) return answer;
      return withBody(answer, titled(world, Number(id), objectsOf(objectOf(answer).check_annotations)));
    }),
  ];
}

async function listRuns(world: World, request: ApiRequest, repository: string): Promise<ApiResponse> {
  const answer = await world.emulator.forward(request);
  if (answer.status !== 200) return answer;
  const wanted = request.query.get('app_id');
  const hidden = new Set(
    [...world.extras.runs.values()]
      .flatMap((run) => run.jobs.filter((job) => job.replaced))
      .map(({ id }) => id),
  );
  const runs = objectsOf(objectOf(answer).check_runs).filter((run) => !hidden.has(Number(run.id)));
  const pulls = await pullsOfCommit(world, repository, textOf(runs[0] ?? {}, 'head_sha'));
  const completed = await Promise.all(runs.map((run) => completeCheckRun(world, repository, run, pulls)));
  const kept = completed.filter((run) => wanted === null || String(at(run, 'app').id) === wanted);
  return withBody(answer, { total_count: kept.length, check_runs: pageOf(kept, request.query) });
}

async function write(
  world: World,
  request: ApiRequest,
  repository: string,
  id: number | null,
): Promise<ApiResponse> {
  const identity = world.accounts.identify(request);
  const body = objectOf(request);
  const problem = request.internal ? null : checkRunProblem(body);
  if (problem !== null) return refusal(422, problem);
  const known = id === null ? undefined : world.extras.checkRuns.get(id);
  if (known && identity?.kind === 'installation' && known.app !== world.app.slug) {
    return refusal(403, 'Check run can only be modified by the GitHub App that created it.');
  }
  if (!request.internal && identity?.kind === 'user') {
    return refusal(403, 'You must authenticate via a GitHub App.');
  }
  const before = id === null ? null : await look(world, repository, `/repos/${repository}/check-runs/${id}`);
  const answer = await world.emulator.forward(
    id === null ? request : await appending(world, request, repository, id, body),
  );
  if (answer.status >= 300) return answer;
  const run = objectOf(answer);
  remember(world, request, body, Number(run.id));
  const ended = run.status === 'completed' && (!before || objectOf(before).status !== 'completed');
  if (ended) world.hooks.track(announceEnd(world, repository, run, senderOf(world, request)));
  return withBody(answer, await completeCheckRun(world, repository, run));
}

/** GitHub adds annotations to those that are there; the emulator replaces them. */
async function appending(
  world: World,
  request: ApiRequest,
  repository: string,
  id: number,
  body: Json,
): Promise<ApiRequest> {
  if (!isObject(body.output)) return request;
  const there: Json[] = [];
  for (let page = 1; ; page++) {
    const path = `/repos/${repository}/check-runs/${id}/annotations?per_page=100&page=${page}`;
    const answer = await look(world, repository, path);
    const part = answer ? objectsOf(objectOf(answer).check_annotations) : [];
    there.push(...part);
    if (part.length < 100) break;
  }
  const added = objectsOf(body.output.annotations);
  const output = { ...body.output, annotations: [...there, ...added] };
  return { ...request, body: Buffer.from(JSON.stringify({ ...body, output })) };
}

function remember(world: World, { scenario }: ApiRequest, body: Json, id: number): void {
  const known = world.extras.checkRuns.get(id);
  const extras = known ?? { app: scenario?.app ?? world.app.slug, actions: [], titles: [] };
  if (Array.isArray(body.actions)) extras.actions = objectsOf(body.actions);
  const added = objectsOf(at(body, 'output').annotations);
  extras.titles.push(...added.map(({ title }) => (typeof title === 'string' ? title : null)));
  world.extras.checkRuns.set(id, extras);
  const run = scenario?.actionsRun === undefined ? undefined : world.extras.runs.get(scenario.actionsRun);
  if (!run || known) return;
  const name = textOf(body, 'name');
  for (const job of run.jobs) if (job.name === name) job.replaced = true;
  run.jobs.push({ id, name, attempt: run.attempt, replaced: false });
}

async function announceEnd(world: World, repository: string, run: Json, sender: string): Promise<void> {
  const id = Number(run.id);
  const slug = world.extras.checkRuns.get(id)?.app ?? world.app.slug;
  const actions = jobOf(world.extras, id);
  if (actions) {
    const workflowRun = await workflowRunJson(world, actions.run);
    if (workflowRun.status !== 'completed') return;
    const payload = { action: 'completed', workflow_run: workflowRun };
    await announce(world, repository, 'workflow_run', payload, sender);
  }
  await announceSuite(world, repository, textOf(run, 'head_sha'), slug, sender);
}

function titled(world: World, id: number, annotations: Json[]): Json[] {
  const titles = world.extras.checkRuns.get(id)?.titles ?? [];
  return annotations.map((annotation) => ({
    ...annotation,
    title: titles[Number(annotation.id) - 1] ?? null,
  }));
}

function senderOf(world: World, request: ApiRequest): string {
  const identity = world.accounts.identify(request);
  return identity?.kind === 'user' || identity?.kind === 'installation' ? identity.login : 'ghost';
}
