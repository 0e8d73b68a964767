import type { Diagnosis } from '../src/analysis/types.ts';
import { PermanentError } from '../src/errors.ts';
import { isSwitchedOff } from '../src/fixes/decide.ts';
import { packPatch, packRerun, packUpdate } from '../src/fixes/fix-content.ts';
import { type Judgement, judge } from '../src/fixes/judge.ts';
import { DEFAULT_POLICY } from '../src/fixes/policy/policy.ts';
import type { PolicyReading } from '../src/fixes/policy/read-policy.ts';
import type { Refusal } from '../src/fixes/refusal.ts';
import { lacks } from '../src/github/permissions.ts';
import type { CheckRunInfo, RepositoryClient } from '../src/github/types.ts';
import type { CheckAnalysisPayload, FixApplicationPayload } from '../src/messages/payloads.ts';
import { PRIORITIES } from '../src/messages/queues.ts';
import type { WorkerMessage } from '../src/messages/worker-message.ts';
import type { DiagnosisRecord, PullRequestRecord } from '../src/store/types.ts';
import type { WorkerContext } from '../src/worker/context.ts';
import { done, type Outcome, snooze } from '../src/worker/outcome.ts';
import { whyNotFailing } from './check-analyzer/conclusions.ts';
import { findPullRequest } from './check-analyzer/find-pull-request.ts';
import { isToldAlready, keepHold } from './check-analyzer/keep-hold.ts';
import { readCheckLog } from './check-analyzer/read-log.ts';
import { recordDiagnosis, recordError, recordSkip, recordVerdict } from './check-analyzer/record.ts';
import { redactDiagnosis } from './check-analyzer/redact-diagnosis.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { endWhereLost } from './end-where-lost.ts';
import { type Origin, sendFix, sendReport } from './fix-messages.ts';
import { settleFixes } from './settle-fixes.ts';

type Message = WorkerMessage<string, CheckAnalysisPayload>;

/** Failed checks of one head that are looked into; a matrix of 256 jobs mostly fails for one reason. */
export const CHECKS_PER_HEAD_MAX = 30;

/** A log that is not there yet is looked for again after a quarter of its age, within these milliseconds. */
const LOG_POLL_MIN_MS = 5000;
const LOG_POLL_MAX_MS = 300_000;

/** A failed check of an open pull request whose head it was made for. */
export interface Case {
  readonly message: Message;
  readonly client: RepositoryClient;
  readonly check: CheckRunInfo;
  readonly pullRequest: PullRequestRecord;
  readonly reading: PolicyReading;
}

/**
 * Diagnoses a failed check and decides what becomes of it: reads the check run again, finds its pull request,
 * gets the log, stores the diagnosis and the verdict, and queues the fix and the report that follow.
 */
export function createCheckAnalyzerHandler(dependencies: WorkerDependencies) {
  return endWhereLost<CheckAnalysisPayload>(async (message, context): Promise<Outcome> => {
    const found = await openCase(message, dependencies).catch((error) => whyRefused(error, message));
    if ('rule' in found) {
      context.logger.info({ rule: found.rule }, found.reason);
      if (message.payload.rejudge) await dependencies.store.holds.remove(message.payload.check_run_id);
      await recordSkip(message, found.prNumber, found, dependencies);
      return done;
    }
    const stored = message.payload.rejudge ? await dependencies.store.diagnoses.find(found.check.id) : null;
    const diagnosis = stored?.diagnosis ?? (await diagnose(found, context, dependencies));
    if ('kind' in diagnosis) return diagnosis;
    context.signal.throwIfAborted();
    const judgement = await conclude(found, diagnosis, stored, dependencies);
    // Kept only when it has been told: who dies in between tells it again, which is told once.
    if (!(await isToldAlready(found, judgement, dependencies))) await act(found, judgement, dependencies);
    await keepHold(found, judgement, dependencies);
    return done;
  }, dependencies);
}

/** Reads the log and finds the cause; a log that is not there yet is waited for. */
async function diagnose(
  { message, check, client, pullRequest }: Case,
  { clock }: WorkerContext,
  dependencies: WorkerDependencies,
): Promise<Diagnosis | Outcome> {
  const log = await readCheckLog(check, client, message.payload.failure_logs);
  if (log.state === 'not_yet') {
    const age = clock.now() - message.timestamp;
    const delayMs = Math.min(LOG_POLL_MAX_MS, Math.max(LOG_POLL_MIN_MS, age / 4));
    return snooze(Math.round(delayMs), 'the log is not written yet');
  }
  if (log.missing !== null) {
    await recordError(message, pullRequest.number, whyNoLog(log.missing), dependencies);
  }
  const { owner, repo } = message.payload;
  const options = { repository: `${owner}/${repo}`, checkName: check.name };
  return redactDiagnosis(await dependencies.analyze(log.chunks, options));
}

type Skip = Refusal & { prNumber: number | null };

async function openCase(message: Message, dependencies: WorkerDependencies): Promise<Case | Skip> {
  const { github, facts, store, mode } = dependencies;
  const { installation_id, repository_id, owner, repo, head_sha, check_run_id, pr_number } = message.payload;
  const skip = (rule: string, reason: string): Skip => ({ rule, reason, prNumber: pr_number });
  if (mode === 'off') return skip('override.off', 'the service is switched off (CHECKMEND_MODE=off)');
  // Before GitHub is asked for anything: there may be hundreds of them.
  if (await isOneTooMany(message.payload, dependencies)) {
    const reason = `${CHECKS_PER_HEAD_MAX} failed checks of this head are diagnosed already`;
    return skip('limit.checks_per_head', reason);
  }
  const client = github.repository(installation_id, owner, repo);
  const check = await facts.checkRun(client, head_sha, check_run_id);
  if (!check) return skip('check_run.gone', 'the check run is not there any more');
  const notFailing = whyNotFailing(check, github.appId);
  if (notFailing) return { ...notFailing, prNumber: pr_number };
  const pullRequest = await findPullRequest(message.payload, client, dependencies);
  if (!pullRequest) return skip('pull_request.none', 'no open pull request has this head');
  const { number: prNumber, state, headSha } = pullRequest;
  await store.checkRuns.upsert({
    id: check.id,
    repositoryId: repository_id,
    headSha: head_sha,
    name: check.name,
    appSlug: check.appSlug,
    conclusion: check.conclusion,
    prNumber,
    completedAt: check.completedAt,
    suiteId: check.suiteId,
  });
  if (state !== 'open') {
    return { rule: 'pull_request.closed', reason: 'the pull request is closed', prNumber };
  }
  if (headSha !== head_sha) return { rule: 'head.moved', reason: 'a newer commit was pushed', prNumber };
  const reading = await facts.policy(client);
  if (reading.ok && isSwitchedOff(reading.policy, check.name))
    return { rule: 'mode.off', reason: 'the policy switches it off', prNumber };
  return { message, client, check, pullRequest, reading };
}

/** GitHub's refusals are an answer: the App lost the repository, or lacks a permission. */
function whyRefused(error: unknown, { payload }: Message): Skip {
  if (!(error instanceof PermanentError)) throw error;
  const reasons: Readonly<Record<string, string>> = {
    forbidden: `GitHub refused it: ${lacks('see_checks', 'follow_pull_requests', 'read_policy')}`,
  };
  const reason = reasons[error.code];
  if (reason === undefined) throw error;
  return { rule: `github.${error.code}`, reason, prNumber: payload.pr_number };
}

async function isOneTooMany(
  { repository_id, head_sha, check_run_id }: CheckAnalysisPayload,
  { store }: WorkerDependencies,
): Promise<boolean> {
  const known = await store.diagnoses.listByHead(repository_id, head_sha);
  if (known.some(({ checkRunId }) => checkRunId === check_run_id)) return false;
  return known.length >= CHECKS_PER_HEAD_MAX;
}

/** Judges with what the store knows of the check, of the base and of earlier fixes; keeps diagnosis and verdict. */
async function conclude(
  { message, check, client, pullRequest, reading }: Case,
  diagnosis: Diagnosis,
  stored: DiagnosisRecord | null,
  dependencies: WorkerDependencies,
): Promise<Judgement> {
  const { store, facts, mode, clock } = dependencies;
  const record: DiagnosisRecord = {
    checkRunId: check.id,
    repositoryId: pullRequest.repositoryId,
    headSha: check.headSha,
    prNumber: pullRequest.number,
    checkName: check.name,
    fingerprint: diagnosis.fingerprint,
    diagnosis,
    createdAt: stored?.createdAt ?? clock.now(),
    baseBroken: stored?.baseBroken ?? false,
  };
  // The history of the check begins with this failure.
  await store.diagnoses.upsert(record);
  if (message.payload.rejudge) facts.forgetBranch(client, pullRequest.baseRef);
  const environment = {
    store,
    client,
    facts,
    clock,
    override: mode,
    policy: reading.ok ? reading.policy : DEFAULT_POLICY,
    policyProblems: reading.ok ? [] : reading.problems,
  };
  let judgement = await judge(record, check, pullRequest, environment);
  const baseBroken = record.baseBroken || judgement.action === 'hold';
  const seen = { ...record, diagnosis: judgement.diagnosis, baseBroken };
  if (stored) await store.diagnoses.upsert(seen);
  else await recordDiagnosis(message, seen, pullRequest, dependencies);
  // What became of earlier fixes bears on the next one.
  if ((await settleFixes(pullRequest, originOf(message), dependencies)) > 0) {
    judgement = await judge(seen, check, pullRequest, environment);
  }
  await recordVerdict(message, judgement, pullRequest, dependencies);
  return judgement;
}

async function act(
  { message, check, client, pullRequest }: Case,
  judgement: Judgement,
  dependencies: WorkerDependencies,
): Promise<void> {
  const { action, strategy, shadow, diagnosis } = judgement;
  if (action === 'silent') return;
  const { installation_id, repository_id, owner, repo, head_sha } = message.payload;
  const payload: FixApplicationPayload = {
    installation_id,
    repository_id,
    owner,
    repo,
    head_sha,
    pull_request_id: pullRequest.id,
    pr_number: pullRequest.number,
    check_run_id: check.id,
    fix_strategy: strategy ?? 'report',
    fix_content: '',
    confidence_score: diagnosis.confidence,
  };
  const origin = originOf(message);
  const content = await contentOf(judgement, check, client, dependencies);
  // In shadow mode it goes as far as what it would write.
  if (content !== null) await sendFix({ ...payload, fix_content: content }, origin, dependencies);
  if (!shadow) await sendReport(payload, origin, dependencies);
}

function originOf(message: Message): Origin {
  return {
    correlationId: message.correlationId,
    priorityDelta: message.priority - PRIORITIES.checkAnalysis,
  };
}

/** What the strategy works on, or null when there is nothing but the report. */
async function contentOf(
  { strategy, diagnosis: { patch, fingerprint }, base }: Judgement,
  check: CheckRunInfo,
  client: RepositoryClient,
  { store }: WorkerDependencies,
): Promise<string | null> {
  if (strategy === 'apply_patch' && patch !== null) return await packPatch(patch, store.contents);
  if (strategy === 'update_branch' && base?.sha) {
    return packUpdate({ baseSha: base.sha, checkName: check.name });
  }
  if (strategy !== 'rerun_failed_jobs') return null;
  const job = await client.getJob(check.id).catch((error: unknown) => {
    // Without "Actions: read" the cause is still worth a report.
    if (error instanceof PermanentError && error.code === 'forbidden') return null;
    throw error;
  });
  return job && packRerun({ runId: job.runId, runAttempt: job.runAttempt, fingerprint });
}

function whyNoLog(missing: 'never' | 'gone' | 'forbidden'): Refusal {
  const rule = missing === 'forbidden' ? 'github.forbidden' : `log.${missing}`;
  const reasons = {
    never: 'The job never wrote a log: only its annotations are known',
    gone: 'The log of the job is gone: only its annotations are known',
    forbidden: `The log cannot be read: ${lacks('read_logs')}`,
  };
  return { rule, reason: reasons[missing] };
}
