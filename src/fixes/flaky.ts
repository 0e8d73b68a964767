import type { Diagnosis } from '../analysis/types.ts';
import type { Flakiness } from '../store/types.ts';

/** How far back a check's history is looked at, in milliseconds. */
export const HISTORY_MS = 30 * 24 * 3_600_000;

/** One commit with both conclusions proves it; that a failure comes back may be somebody's work, so it takes two. */
const BOTH_MIN = 1;
const RETURNS_MIN = 2;

/** The evidence that a failure is flaky, in one sentence, or null. */
export function flakyEvidence({ bothOnOneCommit, returns }: Flakiness): string | null {
  const parts = [
    ...(bothOnOneCommit >= BOTH_MIN
      ? [`the check both failed in this way and passed on ${counted(bothOnOneCommit, 'commit')}`]
      : []),
    ...(returns >= RETURNS_MIN
      ? [`the failure came back ${counted(returns, 'time')} after it had gone`]
      : []),
  ];
  return parts.length === 0 ? null : `${parts.join(', and ')}, in the last 30 days`;
}

/**
 * A diagnosis in the light of its check's history. What infrastructure failed stays that, and where the log proves a
 * patch the failure is no matter of chance.
 */
export function withHistory(diagnosis: Diagnosis, flakiness: Flakiness): Diagnosis {
  const evidence = flakyEvidence(flakiness);
  if (evidence === null || diagnosis.transient || diagnosis.patch !== null) return diagnosis;
  if (diagnosis.category === 'flaky') return diagnosis;
  return {
    ...diagnosis,
    category: 'flaky',
    summary: `${diagnosis.summary} (flaky: ${evidence})`,
    recommendation: 'rerun_failed_jobs',
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
