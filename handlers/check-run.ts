import type { z } from 'zod';
import { checkRunEvent } from '../src/events/payloads.ts';
import { redactSecrets } from '../src/logger.ts';
import { CheckAnalysisMessage } from '../src/messages/check-analysis-message.ts';
import { INLINE_TEXT_MAX_BYTES } from '../src/messages/payloads.ts';
import { QUEUES } from '../src/messages/queues.ts';
import { BUTTON_LABELS, buttonVerb } from '../src/messages/request-verbs.ts';
import { whyNoFailure } from './conclusions.ts';
import { type Decision, type DecisionContext, type Handler, nothing } from './handler.ts';
import { ownPullRequests } from './own-pull-requests.ts';
import { hasPassed, passedRun, wake } from './passed-check.ts';
import { askFor } from './requests.ts';

/** A run that is created already completed comes as `created` from some senders, so the action does not decide. */
const ACTIONS = new Set(['created', 'completed']);

type Payload = z.output<typeof checkRunEvent>;

/**
 * `check_run`: a failed one is diagnosed, one that passed is kept as a fact and wakes what waits for it. Decided by
 * status and conclusion, so a burst of successes costs no request. On our own check run people ask for something: by a
 * button, or by GitHub's "Re-run".
 */
export const checkRunHandler: Handler<typeof checkRunEvent> = {
  name: 'check_run',
  schema: checkRunEvent,
  async apply(payload, { appId, store, clock }) {
    if (hasPassed(payload, appId)) await store.checkRuns.upsert(passedRun(payload, clock.now()));
  },
  async follow(payload, context, store) {
    return hasPassed(payload, context.appId) ? await wake(payload, context, store) : [];
  },
  decide(payload, context) {
    const { action, check_run, repository, installation } = payload;
    const { appId, now, correlationId, priorityDelta } = context;
    if (!installation) return nothing('no_installation');
    if (action === 'requested_action' || action === 'rerequested') {
      return check_run.app?.id === appId ? decideRequest(payload, context) : nothing('not_own_check_run');
    }
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

function decideRequest(
  { action, check_run, repository, installation, requested_action, sender }: Payload,
  context: DecisionContext,
): Decision {
  if (!installation) return nothing('no_installation');
  if (!sender || sender.type === 'Bot') return nothing('no_person');
  const button = buttonVerb(requested_action?.identifier ?? '');
  const verb = action === 'rerequested' ? ('evaluate' as const) : button;
  if (verb === null) return nothing('button_unknown');
  const [first, second] = ownPullRequests(check_run.pull_requests, repository.id);
  const subject = {
    head_sha: check_run.head_sha,
    // Of several the worker finds out which one it is.
    pr_number: second === undefined ? (first?.number ?? null) : null,
    check_run_id: check_run.id,
    comment_id: null,
    verb,
  };
  const words =
    button === null ? 'asked for the report to be made again' : `pressed "${BUTTON_LABELS[button]}"`;
  return askFor([subject], { repository, installation, by: sender.login }, words, context);
}

/** The run's own output text without secrets; empty when it is longer than what travels in a message. */
function outputText(output: z.output<typeof checkRunEvent>['check_run']['output']): string {
  const text = redactSecrets(output?.text ?? output?.summary ?? '');
  return Buffer.byteLength(text) <= INLINE_TEXT_MAX_BYTES ? text : '';
}
