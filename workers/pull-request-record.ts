import type { PullRequestInfo } from '../src/github/types.ts';
import type { PullRequestRecord } from '../src/store/types.ts';

/** Where a pull request was read: part of every typed payload. */
export interface RepositoryTarget {
  readonly installation_id: string;
  readonly repository_id: string;
  readonly owner: string;
  readonly repo: string;
}

/** A pull request as GitHub tells it, as the store keeps it. */
export function toPullRequestRecord(info: PullRequestInfo, target: RepositoryTarget): PullRequestRecord {
  const { headRepositoryId: _headRepositoryId, ...rest } = info;
  return {
    ...rest,
    repositoryId: target.repository_id,
    installationId: target.installation_id,
    owner: target.owner,
    repo: target.repo,
  };
}
