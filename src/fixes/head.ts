import type { PullRequestInfo } from '../github/types.ts';
import { type FixEnvironment, type FixJob, type Refused, refused } from './strategy.ts';

/** The pull request of a job read afresh, or why nothing may be written for it: gone, closed, head moved. */
export async function readHead(
  job: FixJob,
  { client }: FixEnvironment,
): Promise<{ kind: 'open'; pullRequest: PullRequestInfo } | Refused> {
  const pullRequest = await client.getPullRequest(job.payload.pr_number);
  if (!pullRequest) return refused('pull_request.gone', 'the pull request is not there any more');
  return whyNotHead(pullRequest, job) ?? { kind: 'open', pullRequest };
}

/** Why a pull request as read is not what the job was planned for, or null. */
export function whyNotHead(pullRequest: PullRequestInfo, { payload }: FixJob): Refused | null {
  if (pullRequest.state !== 'open') {
    return refused(
      'pull_request.closed',
      pullRequest.merged ? 'the pull request was merged' : 'the pull request was closed',
    );
  }
  if (pullRequest.headSha !== payload.head_sha) {
    return refused(
      'head.moved',
      `the head moved from ${payload.head_sha.slice(0, 7)} to ${pullRequest.headSha.slice(0, 7)}`,
    );
  }
  return null;
}

/**
 * Why nothing may be pushed to the head branch, or null. A branch that is protected is found out by trying: its rules
 * are not all to be read. The default branch is left to people, whatever is opened from it.
 */
export function whyNotWritable({
  fork,
  headRepository,
  headIsDefault,
  maintainerCanModify,
}: PullRequestInfo): Refused | null {
  if (headRepository === null) return refused('head.gone', 'the head repository is gone');
  if (headIsDefault)
    return refused('head.default_branch', 'the head is the default branch of the repository');
  if (!fork || maintainerCanModify) return null;
  return refused('fork.read_only', 'the fork does not allow pushes by maintainers');
}
