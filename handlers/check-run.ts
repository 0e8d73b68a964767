import type { z } from 'zod';
import { checkRunEvent } from '../src/events/payloads.ts';
import { redactSecrets } from '../src/logger.ts';
import { CheckAnalysisMessage } from '../src/messages/check-analysis-message.ts';
import { INLINE_TEXT_MAX_BYTES } from '../src/messages/payloads.ts';
import { QUEUES } from '../src/messages/queues.ts';
import { whyNoFailure } from './conclusions.ts';
import { type Handler, nothing } from './handler.ts';
import { ownPullRequests } from './own-pull-requests.ts';

/** A run that is created already completed comes as `created` from some senders, so the action does not decide. */
const ACTIONS = new Set(['created', 'completed']);

/** `check_run`: a failed one is diagnosed. Decided by status and conclusion, so a burst of successes costs nothing. */
export const checkRunHandler: Handler<typeof checkRunEvent> = {
  name: 'check_run',
  schema: checkRunEvent,
  decide({ action, check_run, repository, installation }, { appId, now, correlationId, priorityDelta }) {
    if (!installation) return nothing('no_installation');
    if (!ACTIONS.has(action)) return nothing('action_ignored');
    if (check_run.app?.id === appId) return nothing('own_check_run');
    if (check_run.status !== 'completed') return nothing('not_completed');
    const harmless = whyNoFailure(check_run.conclusion);
    if (harmless) return nothing(harmless);
    const [first, second] = ownPullRequests(check_run.pull_requests, repository.id);
    // Of several the worker finds out which one it is.
    const pullRequest = second === undefined ? first : undefined;
    const { login } = repository.owner;
    const message = new CheckAnalysisMessage(
      {
        installation_id: installation.id,
        repository_id: repository.id,
        owner: login,
        repo: repository.name,
        head_sha: check_run.head_sha,
        check_run_id: check_run.id,
        pull_request_id: pullRequest?.id ?? null,
        pr_number: pullRequest?.number ?? null,
        failure_logs: outputText(check_run.output),
      },
      {
        timestamp: check_run.completed_at ?? check_run.started_at ?? now,
        correlationId,
        priorityDelta,
        sentAt: now,
      },
    );
    return {
      messages: [{ queue: QUEUES.checkAnalyzer, message }],
      reason: 'check_failed',
      about: {
        repositoryId: repository.id,
        owner: login,
        repo: repository.name,
        prNumber: pullRequest?.number ?? null,
        headSha: check_run.head_sha,
        checkRunId: check_run.id,
        sentence: `check "${check_run.name}" ended with ${check_run.conclusion}`,
      },
    };
  },
};

/** The run's own output text without secrets; empty when it is longer than what travels in a message. */
function outputText(output: z.output<typeof checkRunEvent>['check_run']['output']): string {
  const text = redactSecrets(output?.text ?? output?.summary ?? '');
  return Buffer.byteLength(text) <= INLINE_TEXT_MAX_BYTES ? text : '';
}
