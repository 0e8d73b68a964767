import { PermanentError } from '../src/errors.ts';
import type { Refusal } from '../src/fixes/refusal.ts';
import { askedFor } from '../src/fixes/report/requests.ts';
import { mayWrite } from '../src/github/collaborators.ts';
import { lacks } from '../src/github/permissions.ts';
import type { PersonRequestPayload } from '../src/messages/payloads.ts';
import type { PersonRequestRecord } from '../src/store/person-requests.ts';
import { done, type Outcome } from '../src/worker/outcome.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { endWhereLost } from './end-where-lost.ts';
import { environmentOf } from './fix-environment.ts';
import {
  type Answer,
  findSubject,
  type RequestCase,
  type RequestMessage,
  whyUnanswered,
} from './person-request/case.ts';
import { GRANTS, tellInReport } from './person-request/grant.ts';

type Dependencies = Omit<WorkerDependencies, 'analyze'>;

/**
 * Answers what a person asked for, by a button or a command: looks up what that person may do, does it or says why
 * not, and acknowledges it. Everything is done so that once more changes nothing.
 */
export function createPersonRequestHandler(dependencies: Dependencies) {
  return endWhereLost<PersonRequestPayload>(async (message, context): Promise<Outcome> => {
    const { store } = dependencies;
    const known = await store.personRequests.find(message.id);
    // A comment is one request for ever; a button may be pressed again.
    if (known?.settled && message.payload.comment_id !== null) return done;
    const environment = await environmentOf(message.payload, dependencies, context);
    const pullRequest = await findSubject(message, environment);
    if (!pullRequest) {
      const refusal = { rule: 'pull_request.none', reason: 'no open pull request has this head' };
      await recordUnanswered(message, null, refusal, dependencies);
      return done;
    }
    const request = { message, pullRequest, environment };
    const unanswered = await whyUnanswered(request);
    if (unanswered) {
      await recordUnanswered(message, pullRequest.number, unanswered, dependencies);
      return done;
    }
    // What was answered stands: what it led to may have changed everything since.
    const answer = known?.settled === false ? known : await decide(request, dependencies);
    const record = await keep(request, answer, dependencies);
    await acknowledge(request, answer);
    await tell(request, answer, dependencies);
    await store.personRequests.keep({ ...record, settled: true });
    context.logger.info({ verb: record.verb, by: record.requestedBy, rule: answer.rule }, answer.answer);
    return done;
  }, dependencies);
}

async function decide(request: RequestCase, dependencies: Dependencies): Promise<Answer> {
  const refusal = await whyNotAllowed(request);
  return refusal ?? (await GRANTS[request.message.payload.verb](request, dependencies));
}

/** The person's own permission counts, not that they could write the comment or saw the button. */
async function whyNotAllowed({ message, pullRequest, environment }: RequestCase): Promise<Answer | null> {
  const { requested_by, verb, head_sha } = message.payload;
  const permission = await environment.client.getPermission(requested_by).catch((error: unknown) => {
    if (error instanceof PermanentError && error.code === 'forbidden') return null;
    throw error;
  });
  if (permission === null) return { rule: 'github.forbidden', answer: lacks('know_repositories') };
  if (!mayWrite(permission)) {
    return {
      rule: 'person.no_write_access',
      answer: 'Thank you, but only people with write access to this repository can ask for that',
    };
  }
  if (verb === 'why' || verb === 'explain' || verb === 'help' || verb === 'pause') return null;
  if (pullRequest.state !== 'open') {
    return { rule: 'pull_request.closed', answer: 'the pull request is closed' };
  }
  if (head_sha === null || head_sha === pullRequest.headSha) return null;
  const [was, is] = [head_sha.slice(0, 7), pullRequest.headSha.slice(0, 7)];
  return { rule: 'head.moved', answer: `the head moved from ${was} to ${is}` };
}

async function keep(
  { message, pullRequest }: RequestCase,
  { rule, answer }: Answer,
  { store, clock }: Dependencies,
): Promise<PersonRequestRecord> {
  const { verb, requested_by, comment_id } = message.payload;
  const record: PersonRequestRecord = {
    id: message.id,
    repositoryId: pullRequest.repositoryId,
    prNumber: pullRequest.number,
    headSha: message.payload.head_sha ?? pullRequest.headSha,
    verb,
    source: comment_id === null ? 'button' : 'command',
    requestedBy: requested_by,
    rule,
    answer,
    settled: false,
    at: clock.now(),
  };
  await store.personRequests.keep(record);
  const kind = rule === null ? 'action' : 'refusal';
  const words = `${requested_by}: ${askedFor(record)}: ${answer}`;
  await append(message, pullRequest.number, { kind, rule, words }, { store, clock });
  return record;
}

/** A reaction to the command. One that cannot be given is no reason not to do what was asked. */
async function acknowledge({ message, environment }: RequestCase, { rule }: Answer): Promise<void> {
  const { comment_id } = message.payload;
  if (comment_id === null) return;
  try {
    await environment.client.react(comment_id, rule === null ? '+1' : 'confused');
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    environment.logger.warn({ err: error }, `a command is not acknowledged: ${lacks('acknowledge')}`);
  }
}

/** The report tells of everything but the commands of those who may not give any: strangers start no writing. */
async function tell(request: RequestCase, { rule }: Answer, dependencies: Dependencies): Promise<void> {
  const { comment_id } = request.message.payload;
  if (comment_id !== null && rule === 'person.no_write_access') return;
  await tellInReport(request, dependencies);
}

async function recordUnanswered(
  message: RequestMessage,
  prNumber: number | null,
  { rule, reason }: Refusal,
  dependencies: Dependencies,
): Promise<void> {
  const { requested_by, verb } = message.payload;
  const words = `${requested_by} is not answered (${verb}): ${reason}`;
  await append(message, prNumber, { kind: 'refusal', rule, words }, dependencies);
}

async function append(
  message: RequestMessage,
  prNumber: number | null,
  { kind, rule, words }: { kind: 'action' | 'refusal'; rule: string | null; words: string },
  { store, clock }: Pick<Dependencies, 'store' | 'clock'>,
): Promise<void> {
  const { repository_id, owner, repo, head_sha, check_run_id, verb, requested_by } = message.payload;
  await store.timeline.append({
    at: clock.now(),
    kind,
    repositoryId: repository_id,
    owner,
    repo,
    prNumber,
    headSha: head_sha,
    checkRunId: check_run_id,
    rule,
    message: words,
    data: { verb, requested_by },
    correlationId: message.correlationId ?? null,
    // A button pressed again is another request with the same id.
    dedupeKey: `${message.id}:${message.correlationId ?? ''}:${rule ?? ''}`,
  });
}
