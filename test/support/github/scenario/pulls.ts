import { arrayOf, objectOf, textOf } from '../wire.ts';
import { act, headOf, look, type World } from '../world.ts';
import { commitFiles, type Files, mirror, moveBranch, push } from './git.ts';

/** A repository that a scenario begins with. */
export interface RepositoryScenario {
  files?: Files;
  private?: boolean;
}

/** Makes `owner/name` with its files in one commit on `main`; answers that commit's sha. */
export async function createRepository(
  world: World,
  repository: string,
  scenario: RepositoryScenario = {},
): Promise<string> {
  const [owner = '', name = ''] = repository.split('/');
  const route = world.accounts.isOrganization(owner) ? `POST /orgs/${owner}/repos` : 'POST /user/repos';
  await act(world, repository, route, { name, private: scenario.private ?? false });
  const files = scenario.files ?? { 'README.md': `# ${name}\n` };
  const sha = await commitFiles(world, repository, null, files, { message: 'Begin' });
  await act(world, repository, `POST /repos/${repository}/git/refs`, { ref: 'refs/heads/main', sha });
  return sha;
}

/** Forks a repository with its commits into a user's or organisation's account; answers `owner/name`. */
export async function fork(world: World, repository: string, into: string): Promise<string> {
  const copy = `${into}/${repository.split('/')[1]}`;
  if (world.parents.has(copy)) return copy;
  const organization = world.accounts.isOrganization(into) ? { organization: into } : {};
  await act(world, copy, `POST /repos/${repository}/forks`, organization);
  const head = await headOf(world, repository, 'main');
  if (head === null) throw new Error(`${repository} has no branch main`);
  // The emulator begins a fork with a history of its own.
  await mirror(world, repository, head, copy);
  await moveBranch(world, copy, 'main', head, { force: true });
  world.parents.set(copy, repository);
  return copy;
}

/** A pull request that somebody opens. */
export interface PullRequestScenario {
  /** What it changes. */
  files: Files;
  /** Default `change-<n>`. */
  branch?: string;
  title?: string;
  /** Login of who opens it; default the user who may write in the repository, or the fork's. */
  author?: string;
  /** Account whose fork it comes from; made where it is missing. */
  fork?: string;
  /** Default `main`. */
  base?: string;
  draft?: boolean;
  /** Only for forks; default true. */
  maintainerCanModify?: boolean;
  labels?: readonly string[];
}

/** An opened pull request. */
export interface OpenedPullRequest {
  number: number;
  /** GitHub's id. */
  id: string;
  headSha: string;
  branch: string;
  /** `owner/name` of the repository that holds the branch. */
  headRepository: string;
}

/** Pushes a branch and opens a pull request for it. */
export async function openPullRequest(
  world: World,
  repository: string,
  scenario: PullRequestScenario,
): Promise<OpenedPullRequest> {
  const headRepository =
    scenario.fork === undefined ? repository : await fork(world, repository, scenario.fork);
  const branch = scenario.branch ?? `change-${(await countPulls(world, repository)) + 1}`;
  const title = scenario.title ?? 'Change something';
  const as = scenario.author === undefined ? {} : { as: scenario.author };
  const headSha = await push(world, headRepository, branch, scenario.files, { message: title, ...as });
  // At GitHub the commits of a fork's pull request can be read in the base repository too.
  if (headRepository !== repository) await mirror(world, headRepository, headSha, repository);
  const body = {
    title,
    head: headRepository === repository ? branch : `${headRepository.split('/')[0]}:${branch}`,
    base: scenario.base ?? 'main',
    draft: scenario.draft ?? false,
    maintainer_can_modify: scenario.maintainerCanModify ?? true,
  };
  const author = scenario.author ?? world.accounts.writerOf(headRepository.split('/')[0] ?? '');
  const answer = await act(world, repository, `POST /repos/${repository}/pulls`, body, { as: author });
  const opened = objectOf(answer);
  for (const label of scenario.labels ?? []) await addLabel(world, repository, Number(opened.number), label);
  return { number: Number(opened.number), id: textOf(opened, 'id'), headSha, branch, headRepository };
}

export async function addLabel(
  world: World,
  repository: string,
  number: number,
  label: string,
): Promise<void> {
  await act(world, repository, `POST /repos/${repository}/issues/${number}/labels`, { labels: [label] });
}

/** Merges it into its base as it stands now. */
export async function merge(world: World, repository: string, number: number): Promise<void> {
  await act(world, repository, `PUT /repos/${repository}/pulls/${number}/merge`, {});
}

export async function setState(
  world: World,
  repository: string,
  number: number,
  state: 'open' | 'closed',
): Promise<void> {
  await act(world, repository, `PATCH /repos/${repository}/pulls/${number}`, { state });
}

async function countPulls(world: World, repository: string): Promise<number> {
  const answer = await look(world, repository, `/repos/${repository}/pulls?state=all&per_page=100`);
  return answer ? arrayOf(answer).length : 0;
}
