import { createHash } from 'node:crypto';
import { mayWrite } from '../../github/collaborators.ts';
import { permissionOf } from '../../github/permissions.ts';
import { BRANCH_PREFIX } from '../../github/proposals.ts';
import type { CommitRequest, PullRequestInfo } from '../../github/types.ts';
import type { InspectedPatch } from '../guards/inspect-patch.ts';
import { readHead, whyNotHead } from '../head.ts';
import { commitRefusal, limitsOf } from '../limits.ts';
import { carriesFix } from '../own-commits.ts';
import { planPatch } from '../patch-plan.ts';
import { prepareCommit } from '../prepare-commit.ts';
import {
  type Applied,
  type FixEnvironment,
  type FixJob,
  type FixStrategy,
  type Refused,
  refused,
} from '../strategy.ts';
import { whyNotYet } from '../timing.ts';

/** A commit on a branch of our own, and where its pull request goes. */
export interface ReadyStack {
  readonly commit: CommitRequest;
  readonly base: string;
}

/** Branch of the pull request that carries a fix: its mark, made from the message's id. */
export function stackBranch(job: FixJob): string {
  const digest = createHash('sha256').update(job.id).digest('hex').slice(0, 16);
  return `${BRANCH_PREFIX}pr-${job.payload.pr_number}-${digest}`;
}

/**
 * Opens a pull request with the patch, on a branch of its own that begins at the planned head: into the head branch
 * where that is protected, into the base where the head lies in a fork. What a fork holds is put on a branch of the
 * repository, where its workflows see secrets, only where its author and the user whose fork it is may push anyway.
 */
export const openPullRequest: FixStrategy<InspectedPatch, ReadyStack> = {
  name: 'open_pull_request',
  permission: permissionOf('commit', 'offer'),
  plan: planPatch,

  async preflight(plan, job, environment) {
    const { client, policy } = environment;
    const { pr_number, owner, repo } = job.payload;
    const found = (await findOwn(job, environment)) ?? (await findShared(job, environment));
    if (found) return found;
    const pullRequest = await client.getPullRequest(pr_number);
    if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
    const why = whyNotHead(pullRequest, job) ?? (await whyNotStacked(pullRequest, environment));
    if (why) return why;
    const refusal = commitRefusal(await limitsOf(job, environment), policy, plan.digest);
    if (refusal) return { kind: 'refused', refusal };
    const notYet = await whyNotYet(pullRequest, job, environment);
    if (notYet) return notYet;
    const target = { repository: `${owner}/${repo}`, branch: stackBranch(job) };
    const prepared = await prepareCommit(plan, pullRequest, target, job, environment);
    if (prepared.kind === 'refused') return prepared;
    const base = pullRequest.fork ? pullRequest.baseRef : pullRequest.headRef;
    return { kind: 'go', ready: { commit: prepared.ready, base } };
  },

  async apply({ commit, base }, job, environment) {
    const again = await readHead(job, environment);
    if (again.kind === 'refused') return again;
    const { client } = environment;
    const { branch, expectedHeadSha, headline } = commit;
    await client.createBranch(branch, expectedHeadSha);
    const result = await client.createCommit(commit);
    // Not where it was made: an earlier try has committed there, or somebody else has.
    if (result.status !== 'committed' && !(await isOurs(branch, job, environment))) {
      return refused('stack.branch_taken', `the branch ${branch} holds something else`);
    }
    const body = bodyOf(job, again.pullRequest);
    const number = await client.openPullRequest({ head: branch, base, title: headline, body });
    return opened(number);
  },

  async verify(effect, _ready, job, { client }) {
    const pullRequest = await client.findPullRequestByBranch(stackBranch(job));
    return `#${pullRequest?.number}` === effect.result ? null : 'the pull request is not there';
  },
};

function opened(number: number): Applied {
  return { kind: 'applied', result: `#${number}`, message: `opened pull request #${number} with the patch` };
}

async function findOwn(job: FixJob, { client }: FixEnvironment): Promise<Applied | null> {
  const known = await client.findPullRequestByBranch(stackBranch(job));
  return known && opened(known.number);
}

/** Several fixes of one head share a commit: its trailers name all of them. */
async function findShared(job: FixJob, { client, store }: FixEnvironment): Promise<Applied | null> {
  const { repository_id, pr_number, head_sha } = job.payload;
  for (const attempt of await store.fixAttempts.listByPullRequest(repository_id, pr_number)) {
    if (attempt.strategy !== 'open_pull_request' || attempt.status !== 'applied') continue;
    if (attempt.headSha !== head_sha || attempt.id === job.id) continue;
    const number = Number(attempt.result?.slice(1));
    const pullRequest = await client.getPullRequest(number);
    const commit = pullRequest && (await client.getCommit(pullRequest.headSha));
    if (commit && carriesFix(commit, job.id)) return opened(number);
  }
  return null;
}

async function isOurs(branch: string, job: FixJob, { client }: FixEnvironment): Promise<boolean> {
  const commits = await client.listCommitsSince(branch, job.payload.head_sha);
  return commits.some((commit) => carriesFix(commit, job.id));
}

async function whyNotStacked(
  { fork, headRef, headRepository, headUser, author }: PullRequestInfo,
  { client }: FixEnvironment,
): Promise<Refused | null> {
  if (headRepository === null) return refused('head.gone', 'the head repository is gone');
  if (headRef.startsWith(BRANCH_PREFIX)) {
    return refused('loop.own_pull_request', 'the pull request is a fix itself');
  }
  if (!fork) return null;
  // Whose the fork is can push to it at any time, whoever has opened the pull request.
  for (const login of new Set([author, headUser ?? author])) {
    if (mayWrite(await client.getPermission(login))) continue;
    return refused('stack.untrusted_fork', `the code of a fork gets no branch here: ${login} may not push`);
  }
  return null;
}

function bodyOf({ payload }: FixJob, { fork }: PullRequestInfo): string {
  const { pr_number, head_sha } = payload;
  const where = fork
    ? `It holds the commits of #${pr_number} and one more, because the branch of #${pr_number} cannot be pushed to.`
    : `It goes into the branch of #${pr_number}, which cannot be pushed to.`;
  return `This mends a failing check of #${pr_number} at ${head_sha}.\n\n${where}`;
}
