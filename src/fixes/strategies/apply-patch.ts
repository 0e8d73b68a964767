import { PermanentError } from '../../errors.ts';
import { permissionOf } from '../../github/permissions.ts';
import type { CommitRequest, PullRequestInfo } from '../../github/types.ts';
import type { InspectedPatch } from '../guards/inspect-patch.ts';
import { readHead, whyNotHead, whyNotWritable } from '../head.ts';
import { commitRefusal, limitsOf } from '../limits.ts';
import { carriesFix } from '../own-commits.ts';
import { planPatch } from '../patch-plan.ts';
import { prepareCommit } from '../prepare-commit.ts';
import { type Applied, type FixEnvironment, type FixJob, type FixStrategy, refused } from '../strategy.ts';
import { whyNotYet } from '../timing.ts';

/**
 * Commits the patch on the head branch: on top of the planned head or not at all, never by force. The mark is
 * the trailer of the commit.
 */
export const applyPatch: FixStrategy<InspectedPatch, CommitRequest> = {
  name: 'apply_patch',
  permission: permissionOf('commit'),
  plan: planPatch,

  async preflight(plan, job, environment) {
    const { client, policy } = environment;
    const { pr_number, head_sha } = job.payload;
    const pullRequest = await client.getPullRequest(pr_number);
    if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
    // The mark comes first: a fix that is there stays done, whatever became of the pull request.
    const moved = pullRequest.headSha !== head_sha;
    const found = moved ? await findMark(pullRequest, job, environment) : null;
    if (found) return found;
    const why = whyNotHead(pullRequest, job) ?? whyNotWritable(pullRequest);
    if (why) return why;
    const refusal = commitRefusal(await limitsOf(job, environment), policy, plan.digest);
    if (refusal) return { kind: 'refused', refusal };
    const notYet = await whyNotYet(pullRequest, job, environment);
    if (notYet) return notYet;
    const { headRef: branch, headRepository } = pullRequest;
    if (headRepository === null) return refused('head.gone', 'the head repository is gone');
    return await prepareCommit(plan, pullRequest, { repository: headRepository, branch }, job, environment);
  },

  async apply(request, job, environment) {
    const again = await readHead(job, environment);
    if (again.kind === 'refused') return again;
    const { pullRequest } = again;
    const sameBranch =
      pullRequest.headRef === request.branch && pullRequest.headRepository === request.repository;
    if (!sameBranch) return refused('head.moved', 'the head branch is another one now');
    const result = await environment.client.createCommit(request);
    if (result.status === 'committed') return committed(result.sha, request.branch);
    if (result.status === 'gone') return refused('branch.gone', 'the head branch was deleted');
    // Perhaps it was moved by ourselves: an answer that was lost on the way.
    const found = await findMark(pullRequest, job, environment);
    return found ?? refused('head.moved', 'the head moved while the fix was made');
  },

  async verify(effect, request, job, { client }) {
    const commit = await client.getCommit(effect.result, request.repository);
    if (!commit) return null;
    if (commit.parents[0] !== request.expectedHeadSha) return 'the commit does not stand on the planned head';
    return carriesFix(commit, job.id) ? null : 'the commit lacks its trailer';
  },
};

function committed(sha: string, branch: string): Applied {
  return { kind: 'applied', result: sha, message: `committed ${sha.slice(0, 7)} to ${branch}` };
}

/** Looks on the head branch, after the planned head, for the commit that carries this fix. */
async function findMark(
  { headRef, headRepository }: PullRequestInfo,
  job: FixJob,
  { client }: FixEnvironment,
): Promise<Applied | null> {
  if (headRepository === null) return null;
  try {
    const commits = await client.listCommitsSince(headRef, job.payload.head_sha, headRepository);
    const own = commits.find((commit) => carriesFix(commit, job.id));
    return own ? committed(own.sha, headRef) : null;
  } catch (error) {
    if (error instanceof PermanentError && (error.code === 'not_found' || error.code === 'gone')) return null;
    throw error;
  }
}
