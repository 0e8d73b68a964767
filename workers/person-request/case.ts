import { pausedScopes, pullRequestScope } from '../../src/fixes/judge.ts';
import type { Refusal } from '../../src/fixes/refusal.ts';
import type { FixEnvironment } from '../../src/fixes/strategy.ts';
import type { PersonRequestPayload } from '../../src/messages/payloads.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import type { PullRequestRecord } from '../../src/store/types.ts';
import { findPullRequest } from '../check-analyzer/find-pull-request.ts';
import { toPullRequestRecord } from '../pull-request-record.ts';

/** A request as its message says it. */
export type RequestMessage = WorkerMessage<string, PersonRequestPayload>;

/** A request, and the pull request that it is about as GitHub has it now. */
export interface RequestCase {
  readonly message: RequestMessage;
  readonly pullRequest: PullRequestRecord;
  readonly environment: FixEnvironment;
}

/** What becomes of a request: a sentence for the person, and the rule where it was refused. */
export interface Answer {
  readonly rule: string | null;
  readonly answer: string;
}

/** Reads the pull request afresh: people mean what they see. Null where there is none with that number or head. */
export async function findSubject(
  { payload }: RequestMessage,
  { client, store, facts }: FixEnvironment,
): Promise<PullRequestRecord | null> {
  const { repository_id, pr_number, head_sha } = payload;
  // Events name no pull request of a fork, and none whose head has moved on.
  const known = head_sha === null ? [] : await store.diagnoses.listByHead(repository_id, head_sha);
  const number = pr_number ?? known.find((record) => record.prNumber !== null)?.prNumber ?? null;
  if (number === null) {
    return head_sha === null
      ? null
      : await findPullRequest({ ...payload, pr_number: null, head_sha }, client, { store, facts });
  }
  const info = await client.getPullRequest(number);
  if (!info) return null;
  const record = toPullRequestRecord(info, payload);
  await store.pullRequests.upsert(record);
  return record;
}

/**
 * Why a request is not even answered, or null: where nothing may be written, that is nothing. A pull request that is
 * paused takes up no more than its resuming.
 */
export async function whyUnanswered({
  message,
  pullRequest,
  environment,
}: RequestCase): Promise<Refusal | null> {
  const { override, policy, policyProblems, store } = environment;
  const { verb, comment_id } = message.payload;
  if (override !== 'policy') return { rule: `override.${override}`, reason: 'the service may not write' };
  const { repositoryId, number } = pullRequest;
  const own = pullRequestScope(repositoryId, number);
  const holding = (await pausedScopes(store, repositoryId, number)).find(
    (scope) => scope !== own || (verb !== 'resume' && verb !== 'pause'),
  );
  if (holding !== undefined) return { rule: 'paused', reason: `paused (${holding})` };
  if (policyProblems.length > 0) return { rule: 'policy.broken', reason: 'the policy file is broken' };
  if (policy.mode === 'off' || policy.mode === 'shadow') {
    return { rule: `mode.${policy.mode}`, reason: `the policy's mode is ${policy.mode}` };
  }
  if (comment_id === null || policy.commands) return null;
  return { rule: 'commands.off', reason: 'the policy does not obey commands in comments' };
}
