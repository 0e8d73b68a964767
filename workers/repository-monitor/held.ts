import { checkState, whyHeld } from '../../src/fixes/base-health.ts';
import type { RepositorySurvey } from '../../src/github/survey.ts';
import type { HoldRecord } from '../../src/store/holds.ts';
import type { Store } from '../../src/store/types.ts';
import type { RepositoryTarget } from '../pull-request-record.ts';
import type { Allowance } from './allowance.ts';
import { type MissedOptions, sendPullRequest } from './missed.ts';

/** Has those pull requests looked at whose failures are held though nothing keeps them: the event may be lost. */
export async function sendHeld(
  target: RepositoryTarget,
  survey: RepositorySurvey,
  allowance: Allowance,
  options: MissedOptions & { store: Pick<Store, 'holds' | 'diagnoses'> },
): Promise<void> {
  const { holds } = options.store;
  const held = await holds.listByRepository(target.repository_id);
  const free = new Map<number, HoldRecord>();
  for (const [baseRef, onBase] of Map.groupBy(held, (hold) => hold.baseRef)) {
    // The rest is for the next tick.
    if (allowance.left === 0) break;
    const listing = await survey.checkRuns(baseRef);
    allowance.spend(listing);
    for (const hold of onBase) {
      const state = checkState(listing.entries, hold.checkName);
      const alike = await alikeTo(hold, options.store);
      const base = { branch: baseRef, sha: null, held: true, cured: false, state, alike };
      if (whyHeld(base) === null) free.set(hold.prNumber, hold);
    }
  }
  for (const { prNumber, headSha } of free.values()) {
    await sendPullRequest(target, { number: prNumber, headSha }, options);
  }
}

async function alikeTo(
  { checkRunId, repositoryId, prNumber, checkName }: HoldRecord,
  { diagnoses }: Pick<Store, 'diagnoses'>,
): Promise<number[]> {
  const record = await diagnoses.find(checkRunId);
  if (!record) return [];
  const { fingerprint } = record;
  return await diagnoses.alike({ repositoryId, prNumber, checkName, fingerprint });
}
