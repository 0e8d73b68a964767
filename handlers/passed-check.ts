import type { z } from 'zod';
import type { checkRunEvent } from '../src/events/payloads.ts';
import { PRMonitorMessage } from '../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import type { CheckRunRecord } from '../src/store/types.ts';
import type { Decision, DecisionContext, HandlerDeps } from './handler.ts';
import { ownPullRequests } from './own-pull-requests.ts';

type CheckRunEvent = z.output<typeof checkRunEvent>;

/** Did somebody else's check pass? */
export function hasPassed({ action, check_run, installation }: CheckRunEvent, appId: string): boolean {
  return (
    installation !== undefined &&
    (action === 'created' || action === 'completed') &&
    check_run.app?.id !== appId &&
    check_run.status === 'completed' &&
    check_run.conclusion === 'success'
  );
}

/** A check that passed, as the store keeps it. */
export function passedRun({ check_run, repository }: CheckRunEvent, now: number): CheckRunRecord {
  const [first, second] = ownPullRequests(check_run.pull_requests, repository.id);
  return {
    id: check_run.id,
    repositoryId: repository.id,
    headSha: check_run.head_sha,
    name: check_run.name,
    appSlug: check_run.app?.slug ?? null,
    conclusion: 'success',
    prNumber: second === undefined ? (first?.number ?? null) : null,
    completedAt: check_run.completed_at ?? now,
    suiteId: check_run.check_suite?.id ?? null,
  };
}

/** Has those pull requests looked at that wait for the check: a fix is watched on this commit, or held for this base. */
export async function wake(
  { check_run, repository, installation }: CheckRunEvent,
  { now, correlationId, priorityDelta }: DecisionContext,
  { holds, fixAttempts, pullRequests }: HandlerDeps['store'],
): Promise<Decision['messages']> {
  if (!installation) return [];
  const { name, head_sha, completed_at, check_suite } = check_run;
  const waiting = new Map<number, string>();
  for (const number of await fixAttempts.watching(repository.id, head_sha, name)) {
    waiting.set(number, head_sha);
  }
  const held = await holds.listByRepository(repository.id, name);
  if (held.length > 0) {
    const branch = check_suite?.head_branch ?? null;
    // A suite that names no branch is one of a fork, or of a sender that leaves it out.
    const maybe = branch === null && (await pullRequests.findByHead(repository.id, head_sha)).length === 0;
    for (const hold of held) {
      if (hold.baseRef === branch || maybe) waiting.set(hold.prNumber, hold.headSha);
    }
  }
  return Array.from(waiting, ([pr_number, headSha]) => ({
    queue: QUEUES.prMonitor,
    message: new PRMonitorMessage(
      {
        installation_id: installation.id,
        repository_id: repository.id,
        owner: repository.owner.login,
        repo: repository.name,
        head_sha: headSha,
        pr_number,
        force_refresh: false,
      },
      { timestamp: completed_at ?? now, correlationId, priorityDelta, sentAt: now },
    ),
  }));
}
