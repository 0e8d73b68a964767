import type { Verdict } from '../../src/fixes/decide.ts';
import type { Refusal } from '../../src/fixes/refusal.ts';
import type { CheckAnalysisPayload, FixStrategyName } from '../../src/messages/payloads.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import type { DiagnosisRecord, PullRequestRecord, TimelineEntry } from '../../src/store/types.ts';
import type { WorkerDependencies } from '../dependencies.ts';

type Message = WorkerMessage<string, CheckAnalysisPayload>;
type Dependencies = Pick<WorkerDependencies, 'store' | 'clock' | 'bus'>;
type Line = Pick<TimelineEntry, 'kind' | 'rule' | 'message' | 'data'>;

/** Nothing is done about a check run, by this rule. */
export async function recordSkip(
  message: Message,
  prNumber: number | null,
  { rule, reason }: Refusal,
  dependencies: Dependencies,
): Promise<void> {
  const line: Line = { kind: 'verdict', rule, message: `Nothing to do: ${reason}`, data: null };
  await append(message, prNumber, line, dependencies);
}

/** A check run was diagnosed: stored, told in the timeline, and published. */
export async function recordDiagnosis(
  message: Message,
  record: DiagnosisRecord,
  pullRequest: PullRequestRecord,
  dependencies: Dependencies,
): Promise<void> {
  const { store, bus } = dependencies;
  const { diagnosis, checkName, checkRunId, fingerprint, headSha } = record;
  await store.diagnoses.upsert(record);
  const { category, confidence, tool, transient } = diagnosis;
  const data = { category, confidence, tool, transient, fingerprint, patch: diagnosis.patch !== null };
  const line: Line = {
    kind: 'diagnosis',
    rule: null,
    message: `${checkName}: ${diagnosis.summary}`,
    data,
  };
  await append(message, pullRequest.number, line, dependencies);
  const { repositoryId, owner, repo, number } = pullRequest;
  const correlationId = message.correlationId ?? null;
  const fact = { repositoryId, owner, repo, number, headSha, correlationId };
  await bus.publish('check.analyzed', { ...fact, checkRunId, category, fingerprint });
}

const DEEDS: Readonly<Partial<Record<FixStrategyName, string>>> = {
  apply_patch: 'commit the patch',
  rerun_failed_jobs: 're-run the failed jobs',
  update_branch: 'merge the base into the branch',
};

/** What was decided. In shadow mode: what would have been. */
export async function recordVerdict(
  message: Message,
  verdict: Verdict,
  pullRequest: PullRequestRecord,
  dependencies: Dependencies,
): Promise<void> {
  const { action, strategy, rule, reason, shadow } = verdict;
  const text = `${shadow ? 'Shadow: would ' : ''}${deedOf(verdict)}`;
  const line: Line = {
    kind: 'verdict',
    rule,
    message: `${text.charAt(0).toUpperCase()}${text.slice(1)}: ${reason}`,
    data: { action, strategy, shadow },
  };
  await append(message, pullRequest.number, line, dependencies);
}

/** Something kept us from seeing all of it. */
export async function recordError(
  message: Message,
  prNumber: number,
  { rule, reason }: Refusal,
  dependencies: Dependencies,
): Promise<void> {
  await append(message, prNumber, { kind: 'error', rule, message: reason, data: null }, dependencies);
}

function deedOf({ action, strategy }: Verdict): string {
  const deed = strategy === null ? undefined : DEEDS[strategy];
  if (action === 'apply' && deed !== undefined) return deed;
  if (action === 'hold') return 'hold what could be done';
  if (action === 'offer') return 'show the patch';
  return action === 'silent' ? 'stay silent' : 'report the cause';
}

async function append(
  message: Message,
  prNumber: number | null,
  line: Line,
  { store, clock }: Dependencies,
): Promise<void> {
  const { repository_id, owner, repo, head_sha, check_run_id } = message.payload;
  await store.timeline.append({
    ...line,
    at: clock.now(),
    repositoryId: repository_id,
    owner,
    repo,
    prNumber,
    headSha: head_sha,
    checkRunId: check_run_id,
    correlationId: message.correlationId ?? null,
    dedupeKey: `${message.id}:${line.kind}:${line.rule ?? ''}`,
  });
}
