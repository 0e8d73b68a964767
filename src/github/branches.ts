import { encodePath, type RepositoryApi } from './api.ts';
import { reference } from './schemas.ts';
import type { CommitRequest, CommitResult } from './types.ts';

/** `owner` and `repo` of the repository that is meant. */
export interface Repository {
  owner: string;
  repo: string;
}

/** `owner/name` in two parts. */
export function repositoryOf(fullName: string): Repository {
  const [owner = '', repo = ''] = fullName.split('/');
  return { owner, repo };
}

/** Sha that a branch stands at, or null where there is no such branch. */
export async function getBranchHead(
  api: RepositoryApi,
  branch: string,
  repository: Repository,
): Promise<string | null> {
  const route = 'GET /repos/{owner}/{repo}/git/ref/{+ref}';
  const found = await api.find(reference, route, { ...repository, ref: `heads/${encodePath(branch)}` });
  return found?.object.sha ?? null;
}

/** `moved` or `gone` where the branch does not stand at the expected sha, else null. */
export async function whyNotThere(
  api: RepositoryApi,
  { repository, branch, expectedHeadSha }: CommitRequest,
): Promise<CommitResult | null> {
  const head = await getBranchHead(api, branch, repositoryOf(repository));
  if (head === null) return { status: 'gone' };
  return head === expectedHeadSha ? null : { status: 'moved' };
}
