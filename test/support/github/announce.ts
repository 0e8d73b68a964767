import { appJson, checkRunsOf, completeCheckRun, completePull, pullsOfCommit } from './complete.ts';
import { type ActionsRun, currentJobs, suiteId } from './extras.ts';
import { at, type Json, objectOf, textOf } from './wire.ts';
import { look, type World } from './world.ts';

/**
 * Sends an event that GitHub sends and the emulator does not, to the App if it is installed there and listens.
 * @param sender login
 */
export async function announce(
  world: World,
  repository: string,
  event: string,
  payload: Json,
  sender: string,
): Promise<void> {
  const owner = repository.split('/')[0] ?? '';
  const installation = world.app.installations.find(({ account }) => account === owner);
  if (!installation || !world.app.events.includes(event)) return;
  const [repositoryAnswer, senderAnswer] = await Promise.all([
    look(world, repository, `/repos/${repository}`),
    look(world, repository, `/users/${encodeURIComponent(sender)}`),
  ]);
  await world.hooks.send(event, {
    ...payload,
    repository: repositoryAnswer ? objectOf(repositoryAnswer) : null,
    sender: senderAnswer ? objectOf(senderAnswer) : { login: sender, id: 0, type: 'User' },
    installation: { id: Number(installation.id), node_id: '' },
  });
}

/** Completes what the emulator sent and sends it on. */
export async function passOn(world: World, event: string, payload: Json): Promise<void> {
  const repository = textOf(at(payload, 'repository'), 'full_name');
  const completed = { ...payload };
  if (payload.pull_request) {
    completed.pull_request = await completePull(world, at(payload, 'pull_request'));
    completed.number = at(payload, 'pull_request').number;
  }
  if (payload.issue && (await isPull(world, repository, Number(at(payload, 'issue').number)))) {
    const url = `${world.url}/repos/${repository}/pulls/${at(payload, 'issue').number}`;
    completed.issue = { ...at(payload, 'issue'), pull_request: { url } };
  }
  if (payload.check_run) {
    completed.check_run = await completeCheckRun(world, repository, at(payload, 'check_run'));
  }
  await world.hooks.send(event, completed);
}

async function isPull(world: World, repository: string, number: number): Promise<boolean> {
  const answer = await look(world, repository, `/repos/${repository}/pulls/${number}`);
  return answer?.status === 200;
}

/** A suite ends when the last run of its App on the commit has ended. */
export async function announceSuite(
  world: World,
  repository: string,
  sha: string,
  slug: string,
  sender: string,
): Promise<void> {
  const runs = await checkRunsOf(world, repository, sha, slug);
  if (runs.length === 0 || runs.some((run) => run.status !== 'completed')) return;
  const suite = {
    id: suiteId(world.extras, repository, sha, slug),
    head_sha: sha,
    head_branch: null,
    status: 'completed',
    conclusion: worst(runs.map((run) => textOf(run, 'conclusion'))),
    app: appJson(world, slug),
    pull_requests: await pullsOfCommit(world, repository, sha),
    updated_at: new Date().toISOString(),
  };
  await announce(world, repository, 'check_suite', { action: 'completed', check_suite: suite }, sender);
}

/** A run of a workflow as the API and the `workflow_run` event show it. */
export async function workflowRunJson(world: World, run: ActionsRun): Promise<Json> {
  const runs = await checkRunsOf(world, run.repository, run.headSha, 'github-actions');
  const ids = new Set(currentJobs(run).map(({ id }) => id));
  const jobs = runs.filter((it) => ids.has(Number(it.id)));
  const completed = jobs.every((it) => it.status === 'completed');
  const started = jobs.some((it) => it.status !== 'queued');
  return {
    id: run.id,
    name: run.name,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    run_number: 1,
    run_attempt: run.attempt,
    event: 'pull_request',
    status: completed ? 'completed' : started ? 'in_progress' : 'queued',
    conclusion: completed ? worst(jobs.map((it) => textOf(it, 'conclusion'))) : null,
    pull_requests: await pullsOfCommit(world, run.repository, run.headSha),
    created_at: new Date(run.createdAt).toISOString(),
    updated_at: new Date().toISOString(),
    url: `${world.url}/repos/${run.repository}/actions/runs/${run.id}`,
    html_url: `${world.url}/${run.repository}/actions/runs/${run.id}`,
  };
}

const WORST_FIRST = ['action_required', 'timed_out', 'cancelled', 'failure', 'stale', 'success', 'neutral'];

function worst(conclusions: readonly string[]): string {
  return WORST_FIRST.find((conclusion) => conclusions.includes(conclusion)) ?? conclusions[0] ?? 'success';
}
