import type { Verdict } from '../../src/fixes/decide.ts';
import type { CheckRunInfo } from '../../src/github/types.ts';
import type { PullRequestRecord } from '../../src/store/types.ts';
import type { WorkerDependencies } from '../dependencies.ts';

/** Is there nothing to do, and nothing to tell? A failure that goes on being held is told of once. */
export async function isToldAlready(
  { check }: { check: CheckRunInfo },
  { action }: Verdict,
  { store }: Pick<WorkerDependencies, 'store'>,
): Promise<boolean> {
  return action === 'hold' && (await store.holds.find(check.id)) !== null;
}

/**
 * Keeps what is held where the next look at the base finds it, also after a restart, and forgets what is not held any
 * more.
 */
export async function keepHold(
  { check, pullRequest }: { check: CheckRunInfo; pullRequest: PullRequestRecord },
  { action }: Verdict,
  { store, clock }: Pick<WorkerDependencies, 'store' | 'clock'>,
): Promise<void> {
  if (action !== 'hold') return await store.holds.remove(check.id);
  await store.holds.put({
    checkRunId: check.id,
    repositoryId: pullRequest.repositoryId,
    prNumber: pullRequest.number,
    headSha: check.headSha,
    checkName: check.name,
    baseRef: pullRequest.baseRef,
    heldAt: clock.now(),
  });
}
