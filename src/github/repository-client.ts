import type { Clock } from '../clock.ts';
import * as actions from './actions.ts';
import type { RepositoryApi } from './api.ts';
import { compareCommits, createBranch, getBranchHead, type Repository, repositoryOf } from './branches.ts';
import * as checks from './checks.ts';
import { getPermission } from './collaborators.ts';
import * as comments from './comments.ts';
import * as commits from './commits.ts';
import * as contents from './contents.ts';
import { getJobLog } from './job-log.ts';
import type { NewPullRequest, ReviewRequest } from './proposals.ts';
import * as pulls from './pulls.ts';
import * as reviews from './reviews.ts';
import type { CheckRunReport, CommitRequest, RepositoryClient } from './types.ts';

/** {@link RepositoryClient} over GitHub's API: one method a call, grouped as GitHub's documentation groups them. */
export class OctokitRepositoryClient implements RepositoryClient {
  readonly #api: RepositoryApi;
  readonly #clock: Clock;

  constructor(api: RepositoryApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  get owner() {
    return this.#api.owner;
  }

  get repo() {
    return this.#api.repo;
  }

  getPullRequest = (number: number) => pulls.getPullRequest(this.#api, number);
  findPullRequestsByHead = (sha: string) => pulls.findPullRequestsByHead(this.#api, sha);
  listOpenPullRequests = () => pulls.listOpenPullRequests(this.#api);
  findPullRequestByBranch = (branch: string) => pulls.findPullRequestByBranch(this.#api, branch);
  openPullRequest = (request: NewPullRequest) => pulls.openPullRequest(this.#api, request);
  updateBranch = (number: number, expectedHeadSha: string) =>
    pulls.updateBranch(this.#api, number, expectedHeadSha);
  listPullRequestFiles = (number: number) => reviews.listPullRequestFiles(this.#api, number);
  listReviews = (number: number) => reviews.listReviews(this.#api, number);
  createReview = (request: ReviewRequest) => reviews.createReview(this.#api, request);
  deletePendingReview = (number: number, reviewId: string) =>
    reviews.deletePendingReview(this.#api, number, reviewId);
  listComments = (number: number) => comments.listComments(this.#api, number);
  createComment = (number: number, body: string) => comments.createComment(this.#api, number, body);
  updateComment = (id: string, body: string) => comments.updateComment(this.#api, id, body);
  react = (commentId: string, reaction: comments.Reaction) => comments.react(this.#api, commentId, reaction);
  getPermission = (login: string) => getPermission(this.#api, login);

  getCheckRun = (id: string) => checks.getCheckRun(this.#api, id);
  listCheckRuns = (sha: string, name?: string) => checks.listCheckRuns(this.#api, sha, name);
  listAnnotations = (checkRunId: string) => checks.listAnnotations(this.#api, checkRunId);
  upsertCheckRun = (report: CheckRunReport) => checks.upsertCheckRun(this.#api, report);

  getJob = (jobId: string) => actions.getJob(this.#api, jobId);
  getJobLog = (jobId: string) => getJobLog(this.#api, jobId, this.#clock);
  getWorkflowRun = (runId: string) => actions.getWorkflowRun(this.#api, runId);
  listJobs = (runId: string) => actions.listJobs(this.#api, runId);
  rerunFailedJobs = (runId: string) => actions.rerunFailedJobs(this.#api, runId);

  readDefaultBranchFile = (path: string) => contents.readDefaultBranchFile(this.#api, path);
  readFiles = (sha: string, paths: readonly string[], repository?: string) =>
    contents.readFiles(this.#api, sha, paths, this.#where(repository));

  getBranchHead = (branch: string, repository?: string) =>
    getBranchHead(this.#api, branch, this.#where(repository));
  createBranch = (branch: string, sha: string) => createBranch(this.#api, branch, sha);
  compareCommits = (base: string, head: string) => compareCommits(this.#api, base, head);
  getCommit = (sha: string, repository?: string) =>
    commits.getCommit(this.#api, sha, this.#where(repository));
  listCommitsSince = (branch: string, untilSha: string, repository?: string) =>
    commits.listCommitsSince(this.#api, branch, untilSha, this.#where(repository));
  createCommit = (request: CommitRequest) => commits.createCommit(this.#api, request);

  #where(repository: string | undefined): Repository {
    return repository === undefined ? { owner: this.owner, repo: this.repo } : repositoryOf(repository);
  }
}
