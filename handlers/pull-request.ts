import { pullRequestEvent } from '../src/events/payloads.ts';
import { PRMonitorMessage } from '../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../src/messages/queues.ts';
import { type Handler, nothing } from './handler.ts';

/** Actions that can change what the store knows of a pull request. */
const ACTIONS = new Set([
  'opened',
  'reopened',
  'synchronize',
  'edited',
  'closed',
  'labeled',
  'unlabeled',
  'ready_for_review',
  'converted_to_draft',
]);

/** `pull_request`: the monitor looks at the pull request again. */
export const pullRequestHandler: Handler<typeof pullRequestEvent> = {
  name: 'pull_request',
  schema: pullRequestEvent,
  decide({ action, pull_request, repository, installation }, { now, correlationId, priorityDelta }) {
    if (!installation) return nothing('no_installation');
    if (!ACTIONS.has(action)) return nothing('action_ignored');
    const { number, head, updated_at } = pull_request;
    const { login } = repository.owner;
    const message = new PRMonitorMessage(
      {
        installation_id: installation.id,
        repository_id: repository.id,
        owner: login,
        repo: repository.name,
        head_sha: head.sha,
        pr_number: number,
        force_refresh: false,
      },
      { timestamp: updated_at, correlationId, priorityDelta, sentAt: now },
    );
    return {
      messages: [{ queue: QUEUES.prMonitor, message }],
      reason: 'pull_request_changed',
      about: {
        repositoryId: repository.id,
        owner: login,
        repo: repository.name,
        prNumber: number,
        headSha: head.sha,
        checkRunId: null,
        sentence: `pull request ${action.replaceAll('_', ' ')}`,
      },
    };
  },
};
