import { z } from 'zod';
import { encodePath, type RepositoryApi } from './api.ts';
import { repositoryOf, whyNotThere } from './branches.ts';
import { GitHubRefusal } from './errors.ts';
import { gitCommit } from './schemas.ts';
import type { CommitRequest, CommitResult } from './types.ts';

const created = z.object({ sha: z.string() });

/**
 * Commits through Git Data: blobs, a tree on the expected one, a commit, and a fast-forward of the branch. The
 * branch only moves if it still stands at the expected sha, else nothing is changed.
 * Source: REST API, "Git database".
 */
export async function commitByGitData(api: RepositoryApi, request: CommitRequest): Promise<CommitResult> {
  const where = repositoryOf(request.repository);
  const elsewhere = await whyNotThere(api, request);
  if (elsewhere) return elsewhere;
  const base = await api.request(gitCommit, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...where,
    commit_sha: request.expectedHeadSha,
  });
  const { sha: tree } = await api.request(created, 'POST /repos/{owner}/{repo}/git/trees', {
    ...where,
    base_tree: base.tree.sha,
    tree: await Promise.all(request.changes.map((change) => treeEntry(api, where, change))),
  });
  const { sha } = await api.request(created, 'POST /repos/{owner}/{repo}/git/commits', {
    ...where,
    message: `${request.headline}\n\n${request.body}`,
    tree,
    parents: [request.expectedHeadSha],
  });
  try {
    const ref = `heads/${encodePath(request.branch)}`;
    await api.raw('PATCH /repos/{owner}/{repo}/git/refs/{+ref}', { ...where, ref, sha, force: false });
  } catch (error) {
    // Not a fast-forward where somebody pushed in between, else a rule of the repository.
    const moved = error instanceof GitHubRefusal ? await whyNotThere(api, request) : null;
    if (moved) return moved;
    throw error;
  }
  return { status: 'committed', sha, via: 'rest' };
}

async function treeEntry(
  api: RepositoryApi,
  where: { owner: string; repo: string },
  { path, mode, content }: CommitRequest['changes'][number],
): Promise<object> {
  if (content === null) return { path, mode, type: 'blob', sha: null };
  const { sha } = await api.request(created, 'POST /repos/{owner}/{repo}/git/blobs', {
    ...where,
    content: content.toString('base64'),
    encoding: 'base64',
  });
  return { path, mode, type: 'blob', sha };
}
