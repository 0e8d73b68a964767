import { completePull } from '../complete.ts';
import type { Route } from '../router.ts';
import {
  type ApiRequest,
  type ApiResponse,
  at,
  encodePath,
  json,
  objectOf,
  objectsOf,
  refusal,
  textOf,
} from '../wire.ts';
import { headOf, look, type World } from '../world.ts';

/**
 * `PUT …/update-branch`: the emulator merges nothing and knows only the head of the moment the pull request was
 * opened; here the base's files are merged in, as who asked.
 */
export function updateBranchRoutes(world: World): Route[] {
  return [
    {
      route: 'PUT /repos/:owner/:repo/pulls/:number/update-branch',
      docs: 'https://docs.github.com/rest/pulls/pulls#update-a-pull-request-branch',
      feature: null,
      handler: async (request, { owner, repo, number }) =>
        await update(world, request, `${owner}/${repo}`, Number(number)),
    },
  ];
}

async function update(
  world: World,
  request: ApiRequest,
  repository: string,
  number: number,
): Promise<ApiResponse> {
  const found = await look(world, repository, `/repos/${repository}/pulls/${number}`);
  if (!found) return refusal(404, 'Not Found');
  const pull = await completePull(world, objectOf(found));
  if (pull.state !== 'open') return refusal(422, 'Cannot update a closed pull request');
  const head = textOf(at(pull, 'head'), 'sha');
  if ((objectOf(request).expected_head_sha ?? head) !== head) {
    return refusal(422, 'expected head sha didn’t match current head ref.');
  }
  const base = textOf(at(pull, 'base'), 'ref');
  const changed = await changedFiles(world, repository, head, base);
  if (changed === null) return refusal(422, 'There are no new commits on the base branch.');
  const own = new Set((await changedFiles(world, repository, base, head))?.map(({ path }) => path));
  if (changed.some(({ path }) => own.has(path))) return refusal(422, 'merge conflict between base and head');
  const headRepository = textOf(at(pull, 'head', 'repo'), 'full_name');
  const branch = textOf(at(pull, 'head'), 'ref');
  const baseSha = (await headOf(world, repository, base)) ?? '';
  const step = async (method: string, path: string, body: object) =>
    await world.handle({
      ...request,
      method,
      path: `/repos/${headRepository}/git/${path}`,
      query: new URLSearchParams(),
      body: Buffer.from(JSON.stringify(body)),
      internal: true,
    });
  const commit = await look(world, headRepository, `/repos/${headRepository}/git/commits/${head}`);
  const tree = await step('POST', 'trees', {
    base_tree: commit ? at(objectOf(commit), 'tree').sha : undefined,
    tree: changed.map(({ path, sha }) => ({ path, mode: '100644', type: 'blob', sha })),
  });
  if (tree.status >= 300) return tree;
  const merged = await step('POST', 'commits', {
    message: `Merge branch '${base}' into ${branch}`,
    tree: objectOf(tree).sha,
    parents: [head, baseSha],
  });
  if (merged.status >= 300) return merged;
  const moved = await step('PATCH', `refs/heads/${encodePath(branch)}`, { sha: objectOf(merged).sha });
  if (moved.status >= 300) return moved;
  return json(202, { message: 'Updating pull request branch.', url: textOf(pull, 'url') });
}

/** Files that `to` changed since it left `from`; null where it has nothing that `from` lacks. */
async function changedFiles(
  world: World,
  repository: string,
  from: string,
  to: string,
): Promise<{ path: string; sha: string | null }[] | null> {
  const range = encodeURIComponent(`${from}...${to}`);
  const answer = await look(world, repository, `/repos/${repository}/compare/${range}`);
  const compared = answer ? objectOf(answer) : {};
  if (Number(compared.ahead_by ?? 0) === 0) return null;
  return objectsOf(compared.files).map((file) => ({
    path: textOf(file, 'filename'),
    sha: file.status === 'removed' ? null : textOf(file, 'sha'),
  }));
}
