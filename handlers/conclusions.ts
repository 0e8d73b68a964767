/** Conclusions that are failures. `action_required` is a first-time contributor's run that waits for a person. */
const FAILURES = new Set(['failure', 'timed_out', 'startup_failure']);

/** The other conclusions that GitHub documents; what is none of them counts as `other`. */
const HARMLESS = new Set(['success', 'neutral', 'cancelled', 'skipped', 'action_required', 'stale']);

/** Why a check, a suite or a run that ended so is no failure, as a short stable code; null for a failure. */
export function whyNoFailure(conclusion: string | null): string | null {
  if (conclusion === null) return 'conclusion_none';
  if (FAILURES.has(conclusion)) return null;
  return `conclusion_${HARMLESS.has(conclusion) ? conclusion : 'other'}`;
}
