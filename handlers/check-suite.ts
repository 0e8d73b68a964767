import { checkSuiteEvent } from '../src/events/payloads.ts';
import { PRMonitorMessage } from '../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import { type Handler, nothing } from './handler.ts';
import { ownPullRequests } from './own-pull-requests.ts';

/**
 * `check_suite.completed`: the pull requests of a suite that failed are looked at, so that one whose own event was
 * lost is known before its checks are.
 */
export const checkSuiteHandler: Handler<typeof checkSuiteEvent> = {
  name: 'check_suite',
  schema: checkSuiteEvent,
  decide({ action, check_suite, repository, installation }, { appId, now, correlationId, priorityDelta }) {
    if (!installation) return nothing('no_installation');
    if (action !== 'completed') return nothing('action_ignored');
    if (check_suite.app?.id === appId) return nothing('own_check_suite');
    if (check_suite.conclusion !== 'failure' && check_suite.conclusion !== 'timed_out')
      return nothing('suite_not_failed');
    const pullRequests = ownPullRequests(check_suite.pull_requests, repository.id);
    if (pullRequests.length === 0) return nothing('no_pull_request');
    const messages = pullRequests.map(({ number }) => ({
      queue: QUEUES.prMonitor,
      message: new PRMonitorMessage(
        {
          installation_id: installation.id,
          repository_id: repository.id,
          owner: repository.owner.login,
          repo: repository.name,
          head_sha: check_suite.head_sha,
          pr_number: number,
          force_refresh: false,
        },
        { timestamp: check_suite.updated_at ?? now, correlationId, priorityDelta, sentAt: now },
      ),
    }));
    return { messages, reason: 'suite_failed' };
  },
};
