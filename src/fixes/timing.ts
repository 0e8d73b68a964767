import type { PullRequestInfo } from '../github/types.ts';
import { type FixEnvironment, type FixJob, type Wait, wait } from './strategy.ts';

/** Longest wait for the other checks of a head, in milliseconds. */
export const SUITE_WAIT_MAX_MS = 10 * 60_000;
/** How often they are looked at, in milliseconds. */
const SUITE_POLL_MS = 15_000;

/**
 * Why a commit should not be made yet, or null: somebody pushed a moment ago (our own commits and those of
 * other bots do not count), or other checks of the head are still running. A person who asks for it is not made
 * to wait.
 */
export async function whyNotYet(
  pullRequest: PullRequestInfo,
  job: FixJob,
  environment: FixEnvironment,
): Promise<Wait | null> {
  if (job.payload.requested_by !== undefined) return null;
  return (await quietPeriod(pullRequest, job, environment)) ?? (await suite(job, environment));
}

async function quietPeriod(
  { headSha, headRepository }: PullRequestInfo,
  job: FixJob,
  { client, facts, policy, clock, store }: FixEnvironment,
): Promise<Wait | null> {
  if (policy.quietPeriodMs === 0) return null;
  const { shas } = await facts.ownCommits(client, headSha, headRepository);
  const commit = await facts.commit(client, headSha, headRepository);
  if (!commit || shas.length > 0 || commit.authorIsBot) return null;
  const { repository_id, pr_number } = job.payload;
  const headSince = (await store.pullRequests.headSince(repository_id, pr_number, headSha)) ?? 0;
  // An old commit may be pushed late, and a committer's date may lie in the future; the push came before the message.
  const pushedAt = Math.min(Math.max(commit.committedAt, headSince), job.requestedAt);
  const left = pushedAt + policy.quietPeriodMs - clock.now();
  return left > 0 ? wait('wait.quiet_period', 'the last push is too recent', left) : null;
}

async function suite(job: FixJob, { client, app, policy, clock }: FixEnvironment): Promise<Wait | null> {
  const left = job.requestedAt + SUITE_WAIT_MAX_MS - clock.now();
  if (!policy.waitForSuite || left <= 0) return null;
  const runs = await client.listCheckRuns(job.payload.head_sha);
  const running = runs.find((run) => run.status !== 'completed' && run.appId !== app.appId);
  if (!running) return null;
  return wait('wait.suite', 'other checks of this head are still running', Math.min(left, SUITE_POLL_MS));
}
