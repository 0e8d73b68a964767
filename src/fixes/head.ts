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
