import { z } from 'zod';
import { ValidationError } from '../errors.ts';
import { encodePath, type RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import { BRANCH_PREFIX, type Comparison } from './proposals.ts';
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

/** Makes a branch of our own at a commit. */
export async function createBranch(
  api: RepositoryApi,
  branch: string,
  sha: string,
): Promise<'created' | 'exists'> {
  if (!branch.startsWith(BRANCH_PREFIX))
    throw new ValidationError('branch', `must lie under ${BRANCH_PREFIX}`);
  try {
    await api.raw('POST /repos/{owner}/{repo}/git/refs', { ref: `refs/heads/${branch}`, sha });
    return 'created';
  } catch (error) {
    if (!isStatus(error, 'validation_failed')) throw error;
    // One status for a name that is taken and for a commit that is not there.
    const here = { owner: api.owner, repo: api.repo };
    if ((await getBranchHead(api, branch, here)) !== null) return 'exists';
    throw error;
  }
}

const comparison = z.object({ ahead_by: z.int(), behind_by: z.int() });

/** How two commits stand to each other; null where one is not there. */
export async function compareCommits(
  api: RepositoryApi,
  base: string,
  head: string,
): Promise<Comparison | null> {
  const route = 'GET /repos/{owner}/{repo}/compare/{basehead}';
  const found = await api.find(comparison, route, { basehead: `${base}...${head}`, per_page: 1 });
  return found && { aheadBy: found.ahead_by, behindBy: found.behind_by };
}
