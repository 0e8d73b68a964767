import { z } from 'zod';
import { ValidationError } from '../errors.ts';
import type { RepositoryApi } from './api.ts';
import { isStatus } from './errors.ts';
import { BRANCH_PREFIX, type NewPullRequest } from './proposals.ts';
import { pullRequest } from './schemas.ts';
import type { PullRequestInfo } from './types.ts';

const list = z.array(pullRequest);

export async function getPullRequest(api: RepositoryApi, number: number): Promise<PullRequestInfo | null> {
  const found = await api.find(pullRequest, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    pull_number: number,
  });
  return found && infoOf(found);
}

export async function listOpenPullRequests(api: RepositoryApi): Promise<PullRequestInfo[]> {
  const pulls = await api.list(list, (page) => page, 'GET /repos/{owner}/{repo}/pulls', { state: 'open' });
  return pulls.map(infoOf);
}

/**
 * Open pull requests whose head is `sha`. `GET /commits/{sha}/pulls` answers for commits of forks too; where it is
 * missing (an older Enterprise Server) the open pull requests are looked through.
 */
export async function findPullRequestsByHead(api: RepositoryApi, sha: string): Promise<PullRequestInfo[]> {
  const found = await pullRequestsOfCommit(api, sha);
  const matching = found.filter((pull) => pull.state === 'open' && pull.headSha === sha);
  if (matching.length > 0) return matching;
  // A commit that only a fork has is unknown to the base repository's commits route.
  return (await listOpenPullRequests(api)).filter((pull) => pull.headSha === sha);
}

async function pullRequestsOfCommit(api: RepositoryApi, sha: string): Promise<PullRequestInfo[]> {
  try {
    const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls';
    const pulls = await api.list(list, (page) => page, route, { commit_sha: sha });
    // A fork's commit can stand in pull requests of other repositories too.
    return pulls.filter((pull) => isHere(api, pull.base.repo.full_name)).map(infoOf);
  } catch (error) {
    if (isStatus(error, 'not_found') || isStatus(error, 'validation_failed')) return [];
    throw error;
  }
}

/** The newest pull request from a branch of this repository, in any state. */
export async function findPullRequestByBranch(
  api: RepositoryApi,
  branch: string,
): Promise<PullRequestInfo | null> {
  const query = {
    head: `${api.owner}:${branch}`,
    state: 'all',
    sort: 'created',
    direction: 'desc',
    per_page: 10,
  };
  const found = await api.request(list, 'GET /repos/{owner}/{repo}/pulls', query);
  // A server that does not know the filter answers with all.
  const own = found.find(({ head }) => head.ref === branch && isHere(api, head.repo?.full_name ?? ''));
  return own ? infoOf(own) : null;
}

export async function openPullRequest(
  api: RepositoryApi,
  { head, base, title, body }: NewPullRequest,
): Promise<number> {
  if (!head.startsWith(BRANCH_PREFIX)) throw new ValidationError('head', `must lie under ${BRANCH_PREFIX}`);
  const created = z.object({ number: z.int() });
  const parameters = { head, base, title, body };
  return (await api.request(created, 'POST /repos/{owner}/{repo}/pulls', parameters)).number;
}

/**
 * Merges the base into the head branch, unless it moved. GitHub accepts it and does it a moment later.
 * Source: REST API, "Pull requests / Update a pull request branch".
 */
export async function updateBranch(
  api: RepositoryApi,
  number: number,
  expectedHeadSha: string,
): Promise<'accepted' | 'moved'> {
  try {
    await api.raw('PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch', {
      pull_number: number,
      expected_head_sha: expectedHeadSha,
    });
    return 'accepted';
  } catch (error) {
    if (!isStatus(error, 'validation_failed')) throw error;
    // One status for a head that moved and for a merge that GitHub will not make: the head itself tells.
    const now = await getPullRequest(api, number);
    if (now && now.headSha !== expectedHeadSha) return 'moved';
    throw error;
  }
}

function isHere({ owner, repo }: RepositoryApi, fullName: string): boolean {
  return fullName.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}

export function infoOf(pull: z.output<typeof pullRequest>): PullRequestInfo {
  const headRepository = pull.head.repo?.full_name ?? null;
  const owner = pull.head.repo?.owner;
  const fork = pull.head.repo?.id !== pull.base.repo.id;
  return {
    id: pull.id,
    number: pull.number,
    state: pull.state,
    merged: pull.merged_at !== null,
    draft: pull.draft,
    title: pull.title,
    author: pull.user?.login ?? 'ghost',
    labels: pull.labels.map((label) => label.name),
    headSha: pull.head.sha,
    headRef: pull.head.ref,
    headRepository,
    headRepositoryId: pull.head.repo?.id ?? null,
    baseSha: pull.base.sha,
    baseRef: pull.base.ref,
    fork,
    headIsDefault: !fork && pull.head.ref === pull.base.repo.default_branch,
    headUser: owner && owner.type !== 'Organization' ? owner.login : null,
    maintainerCanModify: pull.maintainer_can_modify,
    updatedAt: pull.updated_at,
  };
}
