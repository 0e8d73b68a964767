import type { RepositoryClient } from '../../src/github/types.ts';
import type { PullRequestRecord } from '../../src/store/types.ts';
import type { WorkerDependencies } from '../dependencies.ts';
import { type RepositoryTarget, toPullRequestRecord } from '../pull-request-record.ts';

/**
 * The pull request that a check belongs to, in the store and out of it: by its number where the event names
 * one, else by head sha, first among the known ones, then at GitHub (checks of forks name none). Of several
 * with one head the oldest open one counts.
 */
export async function findPullRequest(
  payload: RepositoryTarget & { readonly head_sha: string; readonly pr_number: number | null },
  client: RepositoryClient,
  { store, facts }: Pick<WorkerDependencies, 'store' | 'facts'>,
): Promise<PullRequestRecord | null> {
  const { repository_id, pr_number, head_sha } = payload;
  const known =
    pr_number === null
      ? oldestOpen(await store.pullRequests.findByHead(repository_id, head_sha))
      : await store.pullRequests.find(repository_id, pr_number);
  if (known?.state === 'open' && known.headSha === head_sha) return known;
  const listed = pr_number === null ? oldestOpen(await facts.pullRequestsByHead(client, head_sha)) : null;
  // Lists do not tell whether a fork may be pushed to.
  const number = listed?.fork === false ? null : (pr_number ?? listed?.number ?? null);
  const info = number === null ? listed : await facts.pullRequest(client, number);
  if (!info) return known;
  const record = toPullRequestRecord(info, payload);
  await store.pullRequests.upsert(record);
  return record;
}

function oldestOpen<PullRequest extends { state: string; number: number }>(
  pullRequests: readonly PullRequest[],
): PullRequest | null {
  const open = pullRequests.filter(({ state }) => state === 'open');
  return open.sort((one, other) => one.number - other.number)[0] ?? null;
}
