import type { Diagnosis } from '../analysis/types.ts';
import type { CheckRunRecord, DiagnosisRecord, FixAttemptRecord, PullRequestRecord } from '../store/types.ts';
import { type BaseHealth, readBaseHealth } from './base-health.ts';
import { type DecisionFacts, decide, effectiveMode, inHistory, type Verdict } from './decide.ts';
import { HISTORY_MS } from './flaky.ts';
import { isShadow } from './shadow.ts';
import type { FixEnvironment } from './strategy.ts';

/** What a decision needs of its surroundings. */
export type JudgeEnvironment = Pick<
  FixEnvironment,
  'store' | 'client' | 'facts' | 'policy' | 'policyProblems' | 'override' | 'clock'
>;

/** The kill switches that hold for a pull request. */
export async function pausedScopes(
  { control }: Pick<FixEnvironment['store'], 'control'>,
  repositoryId: string,
  prNumber: number,
): Promise<string[]> {
  return await control.paused(['all', `repo:${repositoryId}`, pullRequestScope(repositoryId, prNumber)]);
}

/** The kill switch that holds for a pull request, or null. */
export async function pausedScope(
  store: Pick<FixEnvironment['store'], 'control'>,
  repositoryId: string,
  prNumber: number,
): Promise<string | null> {
  return (await pausedScopes(store, repositoryId, prNumber))[0] ?? null;
}

/** Name of the kill switch of one pull request. */
export function pullRequestScope(repositoryId: string, prNumber: number): string {
  return `pr:${repositoryId}:${prNumber}`;
}

/** A verdict, and the diagnosis as its check's history shows it. */
export interface Judgement extends Verdict {
  readonly diagnosis: Diagnosis;
  /** How the base stood; null where it was not looked at. */
  readonly base: BaseHealth | null;
}

/** What a diagnosis is judged by, of its record. */
type Judged = Pick<DiagnosisRecord, 'checkRunId' | 'diagnosis' | 'checkName' | 'fingerprint' | 'baseBroken'>;

/**
 * Gathers the facts and decides about one diagnosis. Reads only.
 * @param fixId the fix that was made for it, to be left out of account; null when there is none yet
 */
export async function judge(
  record: Judged,
  check: Pick<CheckRunRecord, 'appSlug'>,
  pullRequest: PullRequestRecord,
  environment: JudgeEnvironment,
  fixId: string | null = null,
): Promise<Judgement> {
  const { store, policy, policyProblems, override, clock } = environment;
  const { repositoryId, number, headSha } = pullRequest;
  const { checkName, fingerprint, diagnosis } = record;
  const now = clock.now();
  const attempts = await store.fixAttempts.listByPullRequest(repositoryId, number);
  const others = attempts.filter(({ id }) => id !== fixId);
  const facts: DecisionFacts = {
    override,
    policyProblems,
    paused: await pausedScope(store, repositoryId, number),
    ignoredBy: (await store.ignoredFailures.find(repositoryId, number, fingerprint))?.ignoredBy ?? null,
    checkName,
    appSlug: check.appSlug,
    pullRequest,
    ownCommits: await ownCommits(pullRequest, attempts, environment),
    limits: { id: fixId, headSha, attempts: others, shadow: isShadow(environment), now },
    base: looksAtBase(record, environment) ? await readBaseHealth(record, pullRequest, environment) : null,
    flakiness: await store.flakiness.of({ repositoryId, checkName, fingerprint }, now - HISTORY_MS),
    tried: await triedFor(checkName, others, store),
  };
  return { ...decide(diagnosis, facts, policy), diagnosis: inHistory(diagnosis, facts), base: facts.base };
}

/** Only where it could change what is done. */
function looksAtBase({ diagnosis, checkName }: Judged, { policy, override }: JudgeEnvironment): boolean {
  const mode = effectiveMode(policy, diagnosis, checkName);
  return override !== 'off' && mode !== 'off' && mode !== 'report' && !diagnosis.transient;
}

async function triedFor(
  checkName: string,
  attempts: readonly FixAttemptRecord[],
  { diagnoses }: JudgeEnvironment['store'],
): Promise<FixAttemptRecord[]> {
  const tried: FixAttemptRecord[] = [];
  for (const attempt of attempts) {
    if (attempt.checkRunId === null || attempt.outcome === null) continue;
    const record = await diagnoses.find(attempt.checkRunId);
    if (record?.checkName === checkName) tried.push(attempt);
  }
  return tried;
}

async function ownCommits(
  { headSha, headRepository }: PullRequestRecord,
  attempts: readonly FixAttemptRecord[],
  { store, client, facts }: JudgeEnvironment,
): Promise<DecisionFacts['ownCommits']> {
  const { shas } = await facts.ownCommits(client, headSha, headRepository);
  const made = attempts.filter((attempt) => attempt.result !== null && shas.includes(attempt.result));
  const checks = await Promise.all(
    made.map(({ checkRunId }) => (checkRunId === null ? null : store.checkRuns.find(checkRunId))),
  );
  return { count: shas.length, checkNames: checks.flatMap((check) => (check ? [check.name] : [])) };
}
