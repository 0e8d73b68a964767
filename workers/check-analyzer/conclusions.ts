import type { Refusal } from '../../src/fixes/refusal.ts';
import type { CheckRunInfo } from '../../src/github/types.ts';

/** Conclusions that are a failure to be looked into. `action_required` is a wait for a person, `other` is unknown. */
const FAILING: ReadonlySet<string> = new Set(['failure', 'timed_out', 'startup_failure']);

/**
 * Why a check run is not looked into, or null.
 * @param appId our own App: its check runs are reports, not failures
 */
export function whyNotFailing(check: CheckRunInfo, appId: string): Refusal | null {
  if (check.appId === appId) return { rule: 'check_run.own', reason: 'it is our own check run' };
  if (check.status !== 'completed') {
    return { rule: 'check_run.running', reason: 'the check has not ended' };
  }
  if (check.conclusion !== null && FAILING.has(check.conclusion)) return null;
  return {
    rule: 'check_run.not_failing',
    reason: `the check did not fail: its conclusion is ${check.conclusion ?? 'not known'}`,
  };
}
