import type { CheckRunRecord, DiagnosisRecord, FixAttemptRecord, PullRequestRecord } from '../store/types.ts';
import { type DecisionFacts, decide, type Verdict } from './decide.ts';
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

/**
 * Gathers the facts and decides about one diagnosis. Reads only.
 * @param fixId the fix that was made for it, to be left out of account; null when there is none yet
 */
export async function judge(
  record: Pick<DiagnosisRecord, 'diagnosis' | 'checkName' | 'fingerprint'>,
  check: Pick<CheckRunRecord, 'appSlug'>,
  pullRequest: PullRequestRecord,
  environment: JudgeEnvironment,
  fixId: string | null = null,
): Promise<Verdict> {
  const { store, policy, policyProblems, override, clock } = environment;
  const { repositoryId, number, headSha } = pullRequest;
  const attempts = await store.fixAttempts.listByPullRequest(repositoryId, number);
  const facts: DecisionFacts = {
    override,
    policyProblems,
    paused: await pausedScope(store, repositoryId, number),
    ignoredBy:
      (await store.ignoredFailures.find(repositoryId, number, record.fingerprint))?.ignoredBy ?? null,
    checkName: record.checkName,
    appSlug: check.appSlug,
    pullRequest,
    ownCommits: await ownCommits(pullRequest, attempts, environment),
    limits: { id: fixId, headSha, attempts, now: clock.now() },
  };
  return decide(record.diagnosis, facts, policy);
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
