import type { CommentClient } from './comments.ts';
import type { ProposalClient } from './proposals.ts';
import type { PullRequestInfo } from './pull-request-info.ts';

export type { PullRequestInfo } from './pull-request-info.ts';

/** What Checkmend reads of a check run. `conclusion` is GitHub's word, or `other` for one it does not know. */
export interface CheckRunInfo {
  id: string;
  name: string;
  headSha: string;
  status: string;
  conclusion: string | null;
  /** Slug of the App that made it, e.g. `github-actions`. */
  appSlug: string | null;
  appId: string | null;
  suiteId: string | null;
  detailsUrl: string | null;
  outputTitle: string | null;
  outputSummary: string | null;
  outputText: string | null;
  annotationsCount: number;
  externalId: string | null;
  pullRequestNumbers: number[];
  /** Milliseconds since the epoch. */
  startedAt: number | null;
  completedAt: number | null;
}

/** An annotation of a check run. */
export interface CheckAnnotation {
  path: string;
  startLine: number;
  endLine: number;
  level: 'notice' | 'warning' | 'failure';
  message: string;
  title: string | null;
}

/** Where the log of an Actions job stands. `not_yet` is worth waiting for; `never` and `gone` are not. */
export type JobLog =
  | { state: 'available'; stream: ReadableStream<Uint8Array> }
  | { state: 'not_yet' }
  | { state: 'never' }
  | { state: 'gone' };

/** What Checkmend reads of an Actions job. `id` is also the check run's id. */
export interface JobInfo {
  id: string;
  runId: string;
  runAttempt: number;
  name: string;
  status: string;
  conclusion: string | null;
}

/** What Checkmend reads of an Actions workflow run. */
export interface WorkflowRunInfo {
  id: string;
  runAttempt: number;
  status: string;
  conclusion: string | null;
  headSha: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** File modes of git that Checkmend tells apart. */
export type FileMode = '100644' | '100755' | '120000' | '160000';

/** A file at a commit. */
export interface BlobInfo {
  path: string;
  mode: FileMode;
  content: Buffer;
}

/** One file of a commit that is to be made: new content, or null to delete it. */
export interface FileChange {
  path: string;
  content: Buffer | null;
  mode: FileMode;
}

/** A commit that is to be made on top of `expectedHeadSha`, never by force. */
export interface CommitRequest {
  /** `owner/name` of the repository that holds the branch (the head repository of the pull request). */
  repository: string;
  /** Branch name without `refs/heads/`. */
  branch: string;
  expectedHeadSha: string;
  /** First line of the message. */
  headline: string;
  /** Rest of the message, trailers included. */
  body: string;
  changes: FileChange[];
}

/** `moved`: the branch no longer stands at the expected sha; `gone`: there is no such branch. */
export type CommitResult =
  | { status: 'committed'; sha: string; via: 'graphql' | 'rest' }
  | { status: 'moved' }
  | { status: 'gone' };

/** A commit as Checkmend reads it. */
export interface CommitInfo {
  sha: string;
  message: string;
  authorLogin: string | null;
  authorIsBot: boolean;
  /** Milliseconds since the epoch, the committer's date. */
  committedAt: number;
  parents: string[];
}

/** A check run that Checkmend writes. Texts over GitHub's limits are cut by bytes, visibly. */
export interface CheckRunReport {
  name: string;
  headSha: string;
  externalId: string;
  status: 'in_progress' | 'completed';
  conclusion?: 'success' | 'neutral';
  title: string;
  summary: string;
  text?: string;
  annotations?: CheckAnnotation[];
  actions?: { label: string; description: string; identifier: string }[];
}

/**
 * What Checkmend does with one repository, through one installation of the App.
 *
 * Errors: `TransientError` (5xx, network, rate limits with their own delay, tokens a few seconds old) and
 * `PermanentError` with code `not_found`, `gone`, `forbidden`, `unauthorized`, `validation_failed`, `conflict`
 * or `unexpected_response`. Reads answer `null` for what is not there.
 */
export interface RepositoryClient extends ProposalClient, CommentClient {
  readonly owner: string;
  readonly repo: string;
  getPullRequest(number: number): Promise<PullRequestInfo | null>;
  /** Open pull requests whose head is `sha`, also those from forks; falls back where the commits route is missing. */
  findPullRequestsByHead(sha: string): Promise<PullRequestInfo[]>;
  listOpenPullRequests(): Promise<PullRequestInfo[]>;
  getCheckRun(id: string): Promise<CheckRunInfo | null>;
  /** Of a commit; with a name only those of that name, which is one page where all may be many. */
  listCheckRuns(sha: string, name?: string): Promise<CheckRunInfo[]>;
  listAnnotations(checkRunId: string): Promise<CheckAnnotation[]>;
  getJob(jobId: string): Promise<JobInfo | null>;
  /** Follows the redirect without credentials; discriminates by the job's own state. */
  getJobLog(jobId: string): Promise<JobLog>;
  getWorkflowRun(runId: string): Promise<WorkflowRunInfo | null>;
  listJobs(runId: string): Promise<JobInfo[]>;
  rerunFailedJobs(runId: string): Promise<void>;
  /** Text of a file on the default branch, or null. */
  readDefaultBranchFile(path: string): Promise<string | null>;
  /** Files at a commit of `repository` (`owner/name`, default this one); missing ones are left out. */
  readFiles(sha: string, paths: readonly string[], repository?: string): Promise<BlobInfo[]>;
  getBranchHead(branch: string, repository?: string): Promise<string | null>;
  getCommit(sha: string, repository?: string): Promise<CommitInfo | null>;
  /** Commits reachable from `branch`, newest first, until `untilSha` (not included) or `limit` (default 50). */
  listCommitsSince(branch: string, untilSha: string, repository?: string): Promise<CommitInfo[]>;
  createCommit(request: CommitRequest): Promise<CommitResult>;
  /** Creates, or updates the run with the same `externalId` and head sha. Answers its id. */
  upsertCheckRun(report: CheckRunReport): Promise<string>;
}

/** Gives clients by installation; tokens and budgets are per installation. */
export interface GitHubApp {
  readonly appId: string;
  /** Slug of the App, for recognising its own commits and check runs. */
  slug(): Promise<string>;
  repository(installationId: string, owner: string, repo: string): RepositoryClient;
}
