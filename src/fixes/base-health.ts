import { PermanentError } from '../errors.ts';
import type { CheckRunInfo } from '../github/types.ts';
import type { DiagnosisRecord, PullRequestRecord } from '../store/types.ts';
import type { Refusal } from './refusal.ts';
import { type FixEnvironment, type FixJob, type Refused, refused } from './strategy.ts';

/** Other pull requests that must fail in the same way before their base is suspected. */
const ALIKE_MIN = 2;

const FAILED: ReadonlySet<string | null> = new Set(['failure', 'timed_out', 'startup_failure']);

/** How a check stands on a commit: one failed run makes it red. `unknown`: it does not run there, or cannot be seen. */
export type CheckState = 'red' | 'pending' | 'green' | 'unknown';

/** How the base of a pull request stands to one failure of its head. */
export interface BaseHealth {
  /** Branch that the pull request goes into. */
  readonly branch: string;
  /** Commit that it stands at, or null. */
  readonly sha: string | null;
  /** The same check there. */
  readonly state: CheckState;
  /** The failure waits for the base already. */
  readonly held: boolean;
  /** The base was red where the head left it, is green now, and the head lacks what made it so. */
  readonly cured: boolean;
  /** Other open pull requests whose heads fail in the same way. */
  readonly alike: readonly number[];
}

/** The state of one check among the runs of a commit. */
export function checkState(runs: readonly CheckRunInfo[], name: string): CheckState {
  const named = runs.filter((run) => run.name === name);
  if (named.some(({ conclusion }) => FAILED.has(conclusion))) return 'red';
  if (named.some(({ status }) => status !== 'completed')) return 'pending';
  return named.some(({ conclusion }) => conclusion === 'success') ? 'green' : 'unknown';
}

/** Looks at the base and at other pull requests. What GitHub does not show counts as not known. */
export async function readBaseHealth(
  record: Pick<DiagnosisRecord, 'checkRunId' | 'checkName' | 'fingerprint' | 'baseBroken'>,
  pullRequest: PullRequestRecord,
  { client, facts, store }: Pick<FixEnvironment, 'client' | 'facts' | 'store'>,
): Promise<BaseHealth> {
  const { repositoryId, number, baseRef, baseSha, headSha } = pullRequest;
  const { checkRunId, checkName, fingerprint } = record;
  const held = (await store.holds.find(checkRunId)) !== null;
  const failure = { repositoryId, prNumber: number, checkName, fingerprint };
  const base = await orNull(facts.branchChecks(client, baseRef));
  const state = base ? checkState(base.runs, checkName) : 'unknown';
  return {
    branch: baseRef,
    sha: base?.sha ?? null,
    state,
    held,
    cured: state === 'green' && base !== null && (await isCured(base.sha)),
    alike: await store.diagnoses.alike(failure),
  };

  async function isCured(sha: string): Promise<boolean> {
    const wasRed = record.baseBroken || (baseSha !== sha && (await isRedAt(baseSha)));
    if (!wasRed) return false;
    const lacking = await orNull(client.compareCommits(headSha, sha));
    return lacking !== null && lacking.aheadBy > 0;
  }

  async function isRedAt(sha: string): Promise<boolean> {
    const runs = await orNull(facts.checkRuns(client, sha));
    return runs !== null && checkState(runs, checkName) === 'red';
  }
}

/** Why a fix waits for the base, or null. */
export function whyHeld({ branch, sha, state, held, alike }: BaseHealth): Refusal | null {
  if (state === 'red') return { rule: 'base.broken', reason: brokenOn(branch, sha) };
  if (state === 'pending' && held) {
    return { rule: 'base.broken', reason: `the check failed on ${branch} too, and runs there again` };
  }
  if (state !== 'unknown' || alike.length < ALIKE_MIN) return null;
  const numbers = alike.slice(0, 5).map((number) => `#${number}`);
  return {
    rule: 'base.shared_failure',
    reason: `${numbers.join(' and ')} fail in the same way, so it comes from ${branch} or from outside`,
  };
}

/**
 * Why a patch is not delivered that was decided on, or null: its check has come to fail on the base since. Who asks for
 * a patch gets it all the same.
 */
export async function whyBaseBroke(
  { payload: { repository_id, pr_number, check_run_id, requested_by } }: FixJob,
  environment: FixEnvironment,
): Promise<Refused | null> {
  if (requested_by !== undefined) return null;
  const { store, client, facts } = environment;
  const record = await store.diagnoses.find(check_run_id);
  const pullRequest = await store.pullRequests.find(repository_id, pr_number);
  if (!record || !pullRequest) return null;
  const base = await orNull(facts.branchChecks(client, pullRequest.baseRef));
  if (!base || checkState(base.runs, record.checkName) !== 'red') return null;
  return refused('base.broken', brokenOn(pullRequest.baseRef, base.sha));
}

function brokenOn(branch: string, sha: string | null): string {
  return `the check fails on ${sha === null ? branch : `${branch} (${sha.slice(0, 7)})`} too`;
}

/** What is not there, or not for the App, is null: the look at the base is not worth an error. */
async function orNull<Value>(answer: Promise<Value | null>): Promise<Value | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PermanentError) return null;
    throw error;
  }
}
