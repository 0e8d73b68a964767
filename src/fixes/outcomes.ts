import type {
  CheckRunRecord,
  DiagnosisRecord,
  FixAttemptRecord,
  FixOutcomeKind,
  Store,
} from '../store/types.ts';

/** Strategies whose effect the checks tell about, and where they do. */
const WATCHED: readonly string[] = ['apply_patch', 'update_branch', 'rerun_failed_jobs'];

/** What the checks say of a fix that they had not said before. */
export interface SettledFix {
  readonly attempt: FixAttemptRecord;
  readonly outcome: FixOutcomeKind;
  /** Check that the fix was made for. */
  readonly checkName: string;
  /** Commit whose checks told. */
  readonly sha: string;
}

type Books = Pick<Store, 'fixAttempts' | 'checkRuns' | 'diagnoses'>;

/**
 * Looks at what the store knows of the checks after each fix of a pull request; answers those fixes of which they
 * tell something new. Asks GitHub nothing: failures are diagnosed, successes come as events.
 */
export async function readOutcomes(
  repositoryId: string,
  prNumber: number,
  store: Books,
): Promise<SettledFix[]> {
  const settled: SettledFix[] = [];
  for (const attempt of await store.fixAttempts.listByPullRequest(repositoryId, prNumber)) {
    const sha = attempt.strategy === 'rerun_failed_jobs' ? attempt.headSha : attempt.result;
    if (attempt.status !== 'applied' || !WATCHED.includes(attempt.strategy)) continue;
    if (attempt.checkRunId === null || sha === null) continue;
    const made = await store.diagnoses.find(attempt.checkRunId);
    if (!made) continue;
    const outcome = await outcomeOf(attempt, made, sha, store);
    if (outcome === null || outcome === attempt.outcome) continue;
    settled.push({ attempt, outcome, checkName: made.checkName, sha });
  }
  return settled;
}

async function outcomeOf(
  attempt: FixAttemptRecord,
  made: DiagnosisRecord,
  sha: string,
  store: Books,
): Promise<FixOutcomeKind | null> {
  const { repositoryId } = attempt;
  const [runs, diagnoses] = await Promise.all([
    store.checkRuns.listByHead(repositoryId, sha),
    store.diagnoses.listByHead(repositoryId, sha),
  ]);
  if (attempt.strategy === 'rerun_failed_jobs') {
    const again = await runsAgain(made, runs, store);
    return conclusionOf(again, made, diagnoses);
  }
  const own = conclusionOf(
    runs.filter(({ name }) => name === made.checkName),
    made,
    diagnoses,
  );
  return (await broke(attempt, made, runs, diagnoses, store)) ? 'new_failure' : own;
}

/** Runs of the same check in the same suite, at the time of the failure or later. */
async function runsAgain(
  made: DiagnosisRecord,
  runs: readonly CheckRunRecord[],
  { checkRuns }: Books,
): Promise<CheckRunRecord[]> {
  const failed = await checkRuns.find(made.checkRunId);
  if (!failed) return [];
  return runs.filter(
    ({ id, name, suiteId, completedAt }) =>
      id !== failed.id &&
      name === failed.name &&
      suiteId === failed.suiteId &&
      (completedAt ?? 0) >= (failed.completedAt ?? 0),
  );
}

function conclusionOf(
  runs: readonly CheckRunRecord[],
  made: DiagnosisRecord,
  diagnoses: readonly DiagnosisRecord[],
): FixOutcomeKind | null {
  const newest = newestBySuite(runs);
  const failures = newest
    .filter(({ conclusion }) => conclusion !== 'success')
    .map(({ id }) => diagnoses.find(({ checkRunId }) => checkRunId === id));
  // One that is not diagnosed yet, or failed by chance, tells nothing.
  if (failures.some((failure) => !failure || isChance(failure))) return null;
  if (failures.some((failure) => failure?.fingerprint === made.fingerprint)) return 'same_failure';
  if (failures.length > 0) return 'new_failure';
  return newest.length > 0 ? 'mended' : null;
}

/** Did a check fail on the fix that had passed before it? */
async function broke(
  { repositoryId, headSha }: FixAttemptRecord,
  made: DiagnosisRecord,
  runs: readonly CheckRunRecord[],
  diagnoses: readonly DiagnosisRecord[],
  { checkRuns }: Books,
): Promise<boolean> {
  const passedBefore = new Set(
    (await checkRuns.listByHead(repositoryId, headSha))
      .filter(({ conclusion }) => conclusion === 'success')
      .map(({ name }) => name),
  );
  return newestBySuite(runs).some(({ id, name, conclusion }) => {
    if (conclusion === 'success' || name === made.checkName || !passedBefore.has(name)) return false;
    const failure = diagnoses.find(({ checkRunId }) => checkRunId === id);
    return failure !== undefined && !isChance(failure);
  });
}

/** The newest run of each name in each suite: a re-run takes the place of what it repeats. */
function newestBySuite(runs: readonly CheckRunRecord[]): CheckRunRecord[] {
  const newest = new Map<string, CheckRunRecord>();
  for (const run of runs) {
    const key = JSON.stringify([run.suiteId, run.name]);
    const known = newest.get(key);
    if (!known || isNewer(run, known)) newest.set(key, run);
  }
  return [...newest.values()];
}

function isNewer(one: CheckRunRecord, other: CheckRunRecord): boolean {
  const [at, before] = [one.completedAt ?? 0, other.completedAt ?? 0];
  return at === before ? Number(one.id) > Number(other.id) : at > before;
}

function isChance({ diagnosis, baseBroken }: DiagnosisRecord): boolean {
  return baseBroken || diagnosis.transient || diagnosis.category === 'flaky';
}
