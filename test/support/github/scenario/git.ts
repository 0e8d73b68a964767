import { arrayOf, encodePath, type Json, objectOf, objectsOf, textOf } from '../wire.ts';
import { act, headOf, look, type World } from '../world.ts';

/** Contents by path: text or bytes, null to delete, an object for another mode than 100644. */
export type Files = Readonly<
  Record<string, string | Buffer | null | { readonly content: string | Buffer; readonly mode: string }>
>;

/** How a commit is made. */
export interface CommitOptions {
  message?: string;
  /** Login of who makes it; default the user who may write there. */
  as?: string;
  /** Commit that it follows; default the branch's head. */
  parent?: string;
}

/** Makes a commit on top of a parent (null for a first one) without moving a branch; answers its sha. */
export async function commitFiles(
  world: World,
  repository: string,
  parent: string | null,
  files: Files,
  options: CommitOptions = {},
): Promise<string> {
  const as = options.as === undefined ? {} : { as: options.as };
  const post = async (kind: string, body: Json) =>
    textOf(objectOf(await act(world, repository, `POST /repos/${repository}/git/${kind}`, body, as)), 'sha');
  const tree: Json[] = [];
  for (const [path, value] of Object.entries(files)) {
    if (value === null) {
      tree.push({ path, mode: '100644', type: 'blob', sha: null });
      continue;
    }
    const { content, mode } =
      typeof value === 'object' && 'mode' in value ? value : { content: value, mode: '100644' };
    const encoded = Buffer.from(content).toString('base64');
    const sha = await post('blobs', { content: encoded, encoding: 'base64' });
    tree.push({ path, mode, type: 'blob', sha });
  }
  const base = parent === null ? null : await gitCommit(world, repository, parent);
  const treeSha = await post('trees', { tree, ...(base && { base_tree: base.tree }) });
  return await post('commits', {
    message: options.message ?? 'Change files',
    tree: treeSha,
    parents: parent === null ? [] : [parent],
  });
}

/** Commits on a branch and moves it there; makes the branch (from the default branch) where it is missing. */
export async function push(
  world: World,
  repository: string,
  branch: string,
  files: Files,
  options: CommitOptions & { force?: boolean } = {},
): Promise<string> {
  const head = await headOf(world, repository, branch);
  const parent = options.parent ?? head ?? (await headOf(world, repository, 'main'));
  const sha = await commitFiles(world, repository, parent, files, options);
  const as = options.as === undefined ? {} : { as: options.as };
  if (head === null) {
    await act(
      world,
      repository,
      `POST /repos/${repository}/git/refs`,
      { ref: `refs/heads/${branch}`, sha },
      as,
    );
  } else {
    await moveBranch(world, repository, branch, sha, { ...as, force: options.force ?? false });
  }
  return sha;
}

/** Moves a branch to a commit that is there. */
export async function moveBranch(
  world: World,
  repository: string,
  branch: string,
  sha: string,
  options: { as?: string; force?: boolean } = {},
): Promise<void> {
  const route = `PATCH /repos/${repository}/git/refs/heads/${encodePath(branch)}`;
  const as = options.as === undefined ? {} : { as: options.as };
  await act(world, repository, route, { sha, force: options.force ?? false }, as);
}

/** Content of a file at a branch or commit, or null. */
export async function readFile(
  world: World,
  repository: string,
  ref: string,
  path: string,
): Promise<Buffer | null> {
  const where = `/repos/${repository}/contents/${encodePath(path)}`;
  const answer = await look(world, repository, `${where}?ref=${encodeURIComponent(ref)}`);
  return answer ? Buffer.from(textOf(objectOf(answer), 'content'), 'base64') : null;
}

/** A commit as a scenario sees it. */
export interface ScenarioCommit {
  sha: string;
  message: string;
  /** Login or, without one, name. */
  author: string;
  parents: string[];
}

/** Commits of a branch, newest first. */
export async function listCommits(
  world: World,
  repository: string,
  branch: string,
): Promise<ScenarioCommit[]> {
  const path = `/repos/${repository}/commits?sha=${encodeURIComponent(branch)}&per_page=100`;
  const answer = await look(world, repository, path);
  return (answer ? arrayOf(answer) : []).map((it) => {
    const commit = it.commit as { message: string; author: { name: string } };
    const author = it.author as { login: string } | null;
    return {
      sha: textOf(it, 'sha'),
      message: commit.message,
      author: author?.login ?? commit.author.name,
      parents: objectsOf(it.parents).map((parent) => textOf(parent, 'sha')),
    };
  });
}

/**
 * Copies a commit and all that it needs into another repository, under the same sha: at GitHub a fork and its
 * parent share their objects.
 */
export async function mirror(world: World, from: string, sha: string, to: string): Promise<void> {
  if (await look(world, to, `/repos/${to}/git/commits/${sha}`)) return;
  const answer = await look(world, from, `/repos/${from}/git/commits/${sha}`);
  if (!answer) throw new Error(`no commit ${sha} in ${from}`);
  const commit = objectOf(answer);
  const parents = objectsOf(commit.parents).map((parent) => textOf(parent, 'sha'));
  for (const parent of parents) await mirror(world, from, parent, to);
  const { tree } = await gitCommit(world, from, sha);
  await mirrorTree(world, from, tree, to);
  const { message, author, committer } = commit;
  await act(world, to, `POST /repos/${to}/git/commits`, { message, tree, parents, author, committer });
}

async function mirrorTree(world: World, from: string, sha: string, to: string): Promise<void> {
  const answer = await look(world, from, `/repos/${from}/git/trees/${sha}`);
  const entries = answer ? objectsOf(objectOf(answer).tree) : [];
  for (const entry of entries) {
    const entrySha = textOf(entry, 'sha');
    if (entry.type === 'tree') await mirrorTree(world, from, entrySha, to);
    if (entry.type !== 'blob') continue;
    const blob = await look(world, from, `/repos/${from}/git/blobs/${entrySha}`);
    const content = blob ? textOf(objectOf(blob), 'content') : '';
    await act(world, to, `POST /repos/${to}/git/blobs`, { content, encoding: 'base64' });
  }
  const tree = entries.map(({ path, mode, type, sha: entrySha }) => ({ path, mode, type, sha: entrySha }));
  await act(world, to, `POST /repos/${to}/git/trees`, { tree });
}

async function gitCommit(world: World, repository: string, sha: string): Promise<{ tree: string }> {
  const answer = await look(world, repository, `/repos/${repository}/git/commits/${sha}`);
  if (!answer) throw new Error(`no commit ${sha} in ${repository}`);
  return { tree: textOf(objectOf(answer).tree as Json, 'sha') };
}
