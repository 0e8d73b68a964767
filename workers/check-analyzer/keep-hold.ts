import type { Verdict } from '../../src/fixes/decide.ts';
import type { CheckRunInfo } from '../../src/github/types.ts';
import type { PullRequestRecord } from '../../src/store/types.ts';
import type { WorkerDependencies } from '../dependencies.ts';

/**
 * Keeps what is held where the next look at the base finds it, also after a restart, and forgets what is not held any
 * more. Answers whether there is something to do or to tell: a failure that goes on being held is told of once.
 */
export async function keepHold(
  { check, pullRequest }: { check: CheckRunInfo; pullRequest: PullRequestRecord },
  { action }: Verdict,
  { store, clock }: Pick<WorkerDependencies, 'store' | 'clock'>,
): Promise<boolean> {
  const known = await store.holds.find(check.id);
  if (action !== 'hold') {
    if (known) await store.holds.remove(check.id);
    return true;
  }
  await store.holds.put({
    checkRunId: check.id,
    repositoryId: pullRequest.repositoryId,
    prNumber: pullRequest.number,
    headSha: check.headSha,
    checkName: check.name,
    baseRef: pullRequest.baseRef,
    heldAt: clock.now(),
  });
  return known === null;
}
