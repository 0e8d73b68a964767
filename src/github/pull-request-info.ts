/** What Checkmend reads of a pull request. Ids are GitHub's numeric ids as decimal strings. */
export interface PullRequestInfo {
  id: string;
  number: number;
  state: 'open' | 'closed';
  merged: boolean;
  draft: boolean;
  title: string;
  author: string;
  labels: string[];
  headSha: string;
  headRef: string;
  /** `owner/name` of the head repository, or null when the fork is gone. */
  headRepository: string | null;
  headRepositoryId: string | null;
  baseSha: string;
  baseRef: string;
  /** True when the head lies in another repository than the base. */
  fork: boolean;
  /** True when the head is the default branch of the base repository itself. */
  headIsDefault: boolean;
  /** Login of the user whose the head repository is; null where it is an organisation's, or gone. */
  headUser: string | null;
  /** Known of a pull request that was read by its number; false in listings, where GitHub leaves it out. */
  maintainerCanModify: boolean;
  /** Milliseconds since the epoch. */
  updatedAt: number;
}
