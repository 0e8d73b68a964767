import { currentJobs, jobOf, suiteId } from './extras.ts';
import { arrayOf, at, type Json, textOf } from './wire.ts';
import { headOf, look, type World } from './world.ts';

/**
 * A pull request as GitHub shows it. The emulator keeps the head of the moment it was opened; here it follows
 * its branch, until it is closed.
 */
export async function completePull(world: World, pull: Json): Promise<Json> {
  const repository = textOf(at(pull, 'base', 'repo'), 'full_name');
  const extras = world.extras.pulls.get(`${repository}#${pull.number}`) ?? {};
  const head = at(pull, 'head');
  const headRepository = textOf(at(head, 'repo'), 'full_name');
  const live =
    pull.state === 'open' && headRepository !== ''
      ? await headOf(world, headRepository, textOf(head, 'ref'))
      : null;
  const sha = extras.closedHead ?? live ?? textOf(head, 'sha');
  // A fork that an organisation owns takes no pushes of the base's people, whatever its owner says.
  const owner = headRepository.split('/')[0] ?? '';
  const canBeOpen = headRepository !== repository && !world.accounts.isOrganization(owner);
  const updatedAt = [textOf(pull, 'updated_at'), extras.pushedAt ?? ''].sort().at(-1);
  return {
    ...pull,
    head: { ...head, sha },
    updated_at: updatedAt,
    maintainer_can_modify: canBeOpen && (extras.maintainerCanModify ?? true),
  };
}

/** Open pull requests of a repository, as GitHub shows them. */
export async function openPulls(world: World, repository: string): Promise<Json[]> {
  const pulls: Json[] = [];
  for (let page = 1; ; page++) {
    const answer = await look(
      world,
      repository,
      `/repos/${repository}/pulls?state=open&per_page=100&page=${page}`,
    );
    const part = answer ? arrayOf(answer) : [];
    pulls.push(...part);
    if (part.length < 100) break;
  }
  return await Promise.all(pulls.map((pull) => completePull(world, pull)));
}

/** A check run as GitHub shows it: with its App, its buttons, its suite, and the pull requests of its commit. */
export async function completeCheckRun(
  world: World,
  repository: string,
  run: Json,
  pullRequests?: Json[],
): Promise<Json> {
  const id = Number(run.id);
  const slug = world.extras.checkRuns.get(id)?.app ?? world.app.slug;
  const sha = textOf(run, 'head_sha');
  const actions = jobOf(world.extras, id);
  return {
    ...run,
    external_id: run.external_id ?? '',
    ...(actions && {
      details_url: `${world.url}/${repository}/actions/runs/${actions.run.id}/job/${id}`,
    }),
    app: appJson(world, slug),
    check_suite: { ...at(run, 'check_suite'), id: suiteId(world.extras, repository, sha, slug) },
    pull_requests: pullRequests ?? (await pullsOfCommit(world, repository, sha)),
  };
}

/** An App as it stands in check runs and suites. */
export function appJson(world: World, slug: string): Json {
  const app = world.apps.get(slug);
  return { id: app?.id ?? 0, slug, name: app?.name ?? slug, owner: { login: 'local', type: 'Organization' } };
}

/** Heads in forks are left out, as GitHub leaves them out. */
export async function pullsOfCommit(world: World, repository: string, sha: string): Promise<Json[]> {
  return (await openPulls(world, repository))
    .filter((pull) => at(pull, 'head').sha === sha)
    .filter((pull) => at(pull, 'head', 'repo').full_name === repository)
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: pull.url,
      head: referenceOf(at(pull, 'head')),
      base: referenceOf(at(pull, 'base')),
    }));
}

/** Check runs of one App on one commit, as the emulator has them. */
export async function checkRunsOf(
  world: World,
  repository: string,
  sha: string,
  slug: string,
): Promise<Json[]> {
  const answer = await look(world, repository, `/repos/${repository}/commits/${sha}/check-runs?filter=all`);
  const runs = answer ? (JSON.parse(answer.body.toString('utf8')) as { check_runs: Json[] }).check_runs : [];
  const replaced = new Set(
    [...world.extras.runs.values()].flatMap((run) => {
      const current = new Set(currentJobs(run).map(({ id }) => id));
      return run.jobs.filter(({ id }) => !current.has(id)).map(({ id }) => id);
    }),
  );
  return runs.filter((run) => {
    const id = Number(run.id);
    return !replaced.has(id) && (world.extras.checkRuns.get(id)?.app ?? world.app.slug) === slug;
  });
}

function referenceOf(side: Json): Json {
  const { id, name, url } = at(side, 'repo');
  return { ref: side.ref, sha: side.sha, repo: { id, name, url } };
}
