import { createHash } from 'node:crypto';
import { PermanentError } from '../../../src/errors.ts';
import type {
  BlobInfo,
  CheckAnnotation,
  CheckRunInfo,
  CheckRunReport,
  CommitInfo,
  CommitRequest,
  CommitResult,
  FileMode,
  GitHubApp,
  JobInfo,
  JobLog,
  PullRequestInfo,
  RepositoryClient,
  WorkflowRunInfo,
} from '../../../src/github/types.ts';
import { MemoryProposals } from './memory-proposals.ts';

type Files = Map<string, { mode: FileMode; content: Buffer }>;

/**
 * One repository that keeps the contract of `RepositoryClient` in memory: commits are compare-and-swap,
 * a re-run raises the attempt, a check run is known by its external id. `calls` lists what was asked.
 */
export class MemoryGitHub extends MemoryProposals implements GitHubApp, RepositoryClient {
  readonly appId = '77';
  readonly owner = 'octo';
  readonly repo = 'app';
  readonly commits = new Map<string, { info: CommitInfo; files: Files }>();
  readonly checkRuns = new Map<string, CheckRunInfo>();
  readonly logs = new Map<string, string | Exclude<JobLog['state'], 'available'>>();
  readonly runs = new Map<string, WorkflowRunInfo>();
  readonly jobs = new Map<string, JobInfo>();
  readonly reports = new Map<string, CheckRunReport>();
  readonly annotations = new Map<string, CheckAnnotation[]>();
  policyFile: string | null = null;

  slug(): Promise<string> {
    return Promise.resolve('checkmend');
  }

  repository(): RepositoryClient {
    return this;
  }

  /** Makes a commit on a branch as a push would. */
  push(branch: string, files: Record<string, string>, info: Partial<CommitInfo> = {}): string {
    const parent = this.branches.get(branch);
    const before: Files = parent ? (this.commits.get(parent)?.files ?? new Map()) : new Map();
    const after: Files = new Map(before);
    for (const [path, content] of Object.entries(files)) {
      after.set(path, { mode: before.get(path)?.mode ?? '100644', content: Buffer.from(content) });
    }
    return this.#commit(branch, after, { parents: parent ? [parent] : [], ...info });
  }

  /** The text of a file at the branch. */
  text(branch: string, path: string): string | null {
    const commit = this.commits.get(this.branches.get(branch) ?? '');
    return commit?.files.get(path)?.content.toString('utf8') ?? null;
  }

  getPullRequest = (number: number) =>
    this.answer('getPullRequest', () => this.#current(this.pullRequests.get(number)));
  findPullRequestsByHead = (sha: string) =>
    this.answer('findPullRequestsByHead', () => this.#open().filter(({ headSha }) => headSha === sha));
  listOpenPullRequests = () => this.answer('listOpenPullRequests', () => this.#open());
  getCheckRun = (id: string) => this.answer('getCheckRun', () => this.checkRuns.get(id) ?? null);
  listCheckRuns = (sha: string, name?: string) =>
    this.answer('listCheckRuns', () =>
      [...this.checkRuns.values()].filter((run) => run.headSha === sha && (name ?? run.name) === run.name),
    );
  listAnnotations = (id: string) => this.answer('listAnnotations', () => this.annotations.get(id) ?? []);
  getJob = (id: string) => this.answer('getJob', () => this.jobs.get(id) ?? null);
  getJobLog: RepositoryClient['getJobLog'] = (id) =>
    this.answer('getJobLog', (): JobLog => {
      const log = this.logs.get(id) ?? 'never';
      if (log === 'not_yet' || log === 'never' || log === 'gone') return { state: log };
      return { state: 'available', stream: new Blob([log]).stream() };
    });
  getWorkflowRun = (id: string) => this.answer('getWorkflowRun', () => this.runs.get(id) ?? null);
  listJobs = (runId: string) =>
    this.answer('listJobs', () => [...this.jobs.values()].filter((job) => job.runId === runId));
  rerunFailedJobs = (id: string) =>
    this.answer('rerunFailedJobs', () => {
      const run = this.runs.get(id);
      if (run?.status !== 'completed') throw new PermanentError('forbidden', 'already running');
      this.runs.set(id, { ...run, runAttempt: run.runAttempt + 1, status: 'queued', conclusion: null });
    });
  readDefaultBranchFile = (path: string) =>
    this.answer('readDefaultBranchFile', () => (path === '.github/checkmend.yml' ? this.policyFile : null));
  readFiles = (sha: string, paths: readonly string[]) =>
    this.answer('readFiles', (): BlobInfo[] => {
      const files = this.commits.get(sha)?.files ?? new Map();
      return paths.flatMap((path) => (files.has(path) ? [{ path, ...files.get(path) }] : []));
    });
  getBranchHead = (branch: string) => this.answer('getBranchHead', () => this.branches.get(branch) ?? null);
  getCommit = (sha: string) => this.answer('getCommit', () => this.commits.get(sha)?.info ?? null);
  listCommitsSince = (branch: string, untilSha: string) =>
    this.answer('listCommitsSince', () => {
      const found: CommitInfo[] = [];
      let sha = this.branches.get(branch);
      if (sha === undefined) throw new PermanentError('not_found', 'no such branch');
      for (; sha !== undefined && sha !== untilSha && found.length < 50; sha = found.at(-1)?.parents[0]) {
        const commit = this.commits.get(sha);
        if (!commit) break;
        found.push(commit.info);
      }
      return found;
    });
  createCommit = (request: CommitRequest) =>
    this.answer('createCommit', (): CommitResult => {
      const head = this.branches.get(request.branch);
      if (head === undefined) return { status: 'gone' };
      if (head !== request.expectedHeadSha) return { status: 'moved' };
      const files: Files = new Map(this.commits.get(head)?.files);
      for (const { path, content, mode } of request.changes) {
        if (content === null) files.delete(path);
        else files.set(path, { mode, content });
      }
      const message = `${request.headline}\n\n${request.body}`;
      const author = { authorLogin: 'checkmend[bot]', authorIsBot: true };
      const sha = this.#commit(request.branch, files, { message, parents: [head], ...author });
      return { status: 'committed', sha, via: 'graphql' };
    });
  upsertCheckRun = (report: CheckRunReport) =>
    this.answer('upsertCheckRun', () => {
      this.reports.set(`${report.headSha}:${report.externalId}`, report);
      return String(9000 + [...this.reports.keys()].indexOf(`${report.headSha}:${report.externalId}`));
    });

  protected override infoOf(sha: string): CommitInfo | null {
    return this.commits.get(sha)?.info ?? null;
  }

  protected override merge(head: string, base: string): void {
    const parents = [this.branches.get(head) ?? '', this.branches.get(base) ?? ''];
    const [own, other] = parents.map((sha) => this.commits.get(sha)?.files ?? new Map());
    const author = { authorLogin: 'checkmend[bot]', authorIsBot: true };
    const message = `Merge branch '${base}' into ${head}`;
    this.#commit(head, new Map([...(other ?? []), ...(own ?? [])]), { message, parents, ...author });
  }

  #commit(branch: string, files: Files, info: Partial<CommitInfo>): string {
    const seed = JSON.stringify([branch, this.commits.size, info.message]);
    const sha = createHash('sha1').update(seed).digest('hex');
    const defaults = { message: 'Change things', authorLogin: 'ann', authorIsBot: false, committedAt: 0 };
    this.commits.set(sha, { files, info: { ...defaults, parents: [], ...info, sha } });
    this.branches.set(branch, sha);
    return sha;
  }

  /** A pull request's head follows its branch, as at GitHub; it stays where it was when the branch is deleted. */
  #current(pullRequest: PullRequestInfo | undefined): PullRequestInfo | null {
    if (!pullRequest) return null;
    return { ...pullRequest, headSha: this.branches.get(pullRequest.headRef) ?? pullRequest.headSha };
  }

  #open(): PullRequestInfo[] {
    return [...this.pullRequests.values()]
      .flatMap((pullRequest) => this.#current(pullRequest) ?? [])
      .filter(({ state }) => state === 'open');
  }
}
