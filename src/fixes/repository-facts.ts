import type { Clock } from '../clock.ts';
import { PermanentError } from '../errors.ts';
import { lacks } from '../github/permissions.ts';
import type {
  CheckRunInfo,
  CommitInfo,
  GitHubApp,
  PullRequestInfo,
  RepositoryClient,
} from '../github/types.ts';
import { isOwnCommit } from './own-commits.ts';
import { POLICY_PATH, type PolicyReading, readPolicy } from './policy/read-policy.ts';
import { TtlCache } from './ttl-cache.ts';

/** Milliseconds that a policy, a pull request, and the check runs of a sha are taken as known. */
const POLICY_TTL_MS = 60_000;
const PULL_REQUEST_TTL_MS = 20_000;
const CHECK_RUNS_TTL_MS = 10_000;
/** A list of check runs that one of them is missing from is read again when it is older than this. */
const CHECK_RUNS_RENEW_MS = 1000;
const BRANCH_TTL_MS = 15_000;
/** A commit never changes. */
const COMMIT_TTL_MS = 3_600_000;

/** A branch and the check runs of the commit that it stands at. */
export interface BranchChecks {
  readonly sha: string;
  readonly runs: readonly CheckRunInfo[];
}

/** Our own commits at a head, newest first, at most two. */
export interface OwnCommits {
  readonly shas: readonly string[];
}

/**
 * Facts that many messages about one repository or one sha share, read once. Nothing that guards a write is
 * taken from here: right before a write the pull request is read afresh.
 */
export class RepositoryFacts {
  readonly #app: GitHubApp;
  readonly #policies: TtlCache<PolicyReading>;
  readonly #pullRequests: TtlCache<PullRequestInfo | null>;
  readonly #heads: TtlCache<PullRequestInfo[]>;
  readonly #checkRuns: TtlCache<CheckRunInfo[]>;
  readonly #branches: TtlCache<BranchChecks | null>;
  readonly #commits: TtlCache<CommitInfo | null>;
  readonly #slug: TtlCache<string>;

  constructor(app: GitHubApp, clock: Clock) {
    this.#app = app;
    this.#policies = new TtlCache(clock, POLICY_TTL_MS);
    this.#pullRequests = new TtlCache(clock, PULL_REQUEST_TTL_MS);
    this.#heads = new TtlCache(clock, PULL_REQUEST_TTL_MS);
    this.#checkRuns = new TtlCache(clock, CHECK_RUNS_TTL_MS, 100);
    this.#branches = new TtlCache(clock, BRANCH_TTL_MS);
    this.#commits = new TtlCache(clock, COMMIT_TTL_MS);
    this.#slug = new TtlCache(clock, COMMIT_TTL_MS, 1);
  }

  /** The policy on the default branch, at most a minute old. */
  policy(client: RepositoryClient): Promise<PolicyReading> {
    return this.#policies.get(nameOf(client), async () => {
      try {
        return readPolicy(await client.readDefaultBranchFile(POLICY_PATH));
      } catch (error) {
        if (!(error instanceof PermanentError) || error.code !== 'forbidden') throw error;
        return { ok: false, problems: [`it cannot be read: ${lacks('read_policy')}`] };
      }
    });
  }

  pullRequest(client: RepositoryClient, number: number): Promise<PullRequestInfo | null> {
    return this.#pullRequests.get(`${nameOf(client)}#${number}`, () => client.getPullRequest(number));
  }

  /** Open pull requests with this head. */
  pullRequestsByHead(client: RepositoryClient, sha: string): Promise<PullRequestInfo[]> {
    return this.#heads.get(`${nameOf(client)}@${sha}`, () => client.findPullRequestsByHead(sha));
  }

  /** The check runs of a commit, as they were at most `maxAgeMs` ago. */
  checkRuns(client: RepositoryClient, sha: string, maxAgeMs = CHECK_RUNS_TTL_MS): Promise<CheckRunInfo[]> {
    const key = `${nameOf(client)}@${sha}`;
    return this.#checkRuns.renew(key, maxAgeMs, () => client.listCheckRuns(sha));
  }

  /** Where a branch stands, with the check runs there; null where there is no such branch. */
  branchChecks(client: RepositoryClient, branch: string): Promise<BranchChecks | null> {
    return this.#branches.get(`${nameOf(client)}:${branch}`, async () => {
      const sha = await client.getBranchHead(branch);
      return sha === null ? null : { sha, runs: await client.listCheckRuns(sha) };
    });
  }

  /** Has a branch read again: something is said to have changed there. */
  forgetBranch(client: RepositoryClient, branch: string): void {
    this.#branches.forget(`${nameOf(client)}:${branch}`);
  }

  /** A check run of a sha: from the list that its siblings share, or by itself where that one is behind. */
  async checkRun(client: RepositoryClient, sha: string, id: string): Promise<CheckRunInfo | null> {
    const ended = (runs: CheckRunInfo[]) => runs.find((run) => run.id === id && run.status === 'completed');
    const listed = ended(await this.checkRuns(client, sha));
    if (listed) return listed;
    // Where the list is behind for one, it is for those that ended with it: read again for all, but not for each.
    return ended(await this.checkRuns(client, sha, CHECK_RUNS_RENEW_MS)) ?? (await client.getCheckRun(id));
  }

  commit(client: RepositoryClient, sha: string, repository?: string | null): Promise<CommitInfo | null> {
    return this.#commits.get(`${nameOf(client)}@${sha}`, async () => {
      const known = await client.getCommit(sha);
      return known || !repository ? known : await client.getCommit(sha, repository);
    });
  }

  /** Our own commits at the head, newest first: the head and, if it is ours, its parent. */
  async ownCommits(client: RepositoryClient, sha: string, repository?: string | null): Promise<OwnCommits> {
    const slug = await this.#slug.get('', () => this.#app.slug());
    const shas: string[] = [];
    for (let next: string | undefined = sha; next !== undefined && shas.length < 2; ) {
      const commit: CommitInfo | null = await this.commit(client, next, repository);
      if (!commit || !isOwnCommit(commit, slug)) break;
      shas.push(next);
      next = commit.parents[0];
    }
    return { shas };
  }
}

function nameOf(client: RepositoryClient): string {
  return `${client.owner}/${client.repo}`;
}
