import type { z } from 'zod';
import type { checkSuiteEvent } from '../src/events/payloads.ts';
import { PRMonitorMessage } from '../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import { whyNoFailure } from './conclusions.ts';
import { type Decision, type DecisionContext, nothing } from './handler.ts';
import { ownPullRequests } from './own-pull-requests.ts';

type CheckSuitePayload = z.output<typeof checkSuiteEvent>;

/** What ended on a commit: all checks of an App, or all jobs of a workflow. */
type Ended = Pick<
  CheckSuitePayload['check_suite'],
  'head_sha' | 'conclusion' | 'updated_at' | 'pull_requests'
>;

/** Where, and by whose leave. */
interface Place {
  repository: CheckSuitePayload['repository'];
  installation: NonNullable<CheckSuitePayload['installation']>;
}

/** The pull requests of what failed are looked at, so that one whose own event was lost is known. */
export function lookAtPullRequests(
  { head_sha, conclusion, updated_at, pull_requests }: Ended,
  { repository, installation }: Place,
  { now, correlationId, priorityDelta }: DecisionContext,
  reason: string,
): Decision {
  const harmless = whyNoFailure(conclusion);
  if (harmless) return nothing(harmless);
  const pullRequests = ownPullRequests(pull_requests, repository.id);
  if (pullRequests.length === 0) return nothing('no_pull_request');
  const messages = pullRequests.map(({ number }) => ({
    queue: QUEUES.prMonitor,
    message: new PRMonitorMessage(
      {
        installation_id: installation.id,
        repository_id: repository.id,
        owner: repository.owner.login,
        repo: repository.name,
        head_sha,
        pr_number: number,
        force_refresh: false,
      },
      { timestamp: updated_at ?? now, correlationId, priorityDelta, sentAt: now },
    ),
  }));
  return { messages, reason };
}
