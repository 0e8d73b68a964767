import type { PullRequestInfo } from './pull-request-info.ts';

/** A file that a pull request changes. */
export interface PullRequestFile {
  path: string;
  /** GitHub's word: `added`, `modified`, `removed`, `renamed` … */
  status: string;
  /** Its hunks without file headers; null where GitHub shows none (binary, or too large). */
  patch: string | null;
}

/** A comment of a review on lines of the new side, inside one hunk of the diff. */
export interface ReviewComment {
  path: string;
  /** First line, 1-based; equal to `line` for a single line. */
  startLine: number;
  /** Last line. */
  line: number;
  body: string;
}

/** A review that is to be written on one commit. */
export interface ReviewRequest {
  pullNumber: number;
  commitSha: string;
  /** At most 65,536 characters. */
  body: string;
  comments: readonly ReviewComment[];
  /** Seen by nobody else until it is submitted; it can be deleted again. */
  pending?: boolean;
}

/** What Checkmend reads of a review. */
export interface ReviewInfo {
  id: string;
  body: string;
  authorLogin: string | null;
  pending: boolean;
  commitSha: string | null;
}

/** How two commits stand to each other: what one lacks of the other. */
export interface Comparison {
  /** Commits that `head` has and `base` lacks. */
  aheadBy: number;
  /** Commits that `base` has and `head` lacks. */
  behindBy: number;
}

/** A pull request that is to be opened within the repository. */
export interface NewPullRequest {
  /** Branch under `checkmend/`. */
  head: string;
  base: string;
  title: string;
  body: string;
}

/** What somebody may do in a repository. */
export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** Where new branches lie: no other branch is ever made. */
export const BRANCH_PREFIX = 'checkmend/';

/**
 * What Checkmend proposes instead of a push: reviews, branches of its own, pull requests, an update from the base.
 * Errors as `RepositoryClient`.
 */
export interface ProposalClient {
  /** Files of a pull request's diff, at most 3000 (GitHub's own limit). */
  listPullRequestFiles(number: number): Promise<PullRequestFile[]>;
  listReviews(number: number): Promise<ReviewInfo[]>;
  /** Answers its id. GitHub refuses the whole (`validation_failed`) for one comment outside of the diff. */
  createReview(request: ReviewRequest): Promise<string>;
  deletePendingReview(number: number, reviewId: string): Promise<void>;
  /**
   * Makes a branch under `checkmend/` at a commit; `exists` where there is one of that name.
   * @throws ValidationError for a branch that lies elsewhere
   */
  createBranch(branch: string, sha: string): Promise<'created' | 'exists'>;
  /** The newest pull request from a branch of this repository, in any state, or null. */
  findPullRequestByBranch(branch: string): Promise<PullRequestInfo | null>;
  /**
   * Answers its number.
   * @throws ValidationError for a head that does not lie under `checkmend/`
   */
  openPullRequest(request: NewPullRequest): Promise<number>;
  /** Merges the base into the head branch, which must still stand at `expectedHeadSha`; GitHub does it a moment later. */
  updateBranch(number: number, expectedHeadSha: string): Promise<'accepted' | 'moved'>;
  /** Null where one of the commits is not there. */
  compareCommits(base: string, head: string): Promise<Comparison | null>;
  /** What a user may do in the repository; `none` for somebody unknown. */
  getPermission(login: string): Promise<Permission>;
}
