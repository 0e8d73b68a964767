import type { FixStrategyName } from '../messages/payloads.ts';
import type { FixAttemptRecord } from '../store/types.ts';
import type { Refusal } from './refusal.ts';

/** Ways to deliver a patch, the most helpful first. The last rung, a `git apply` to copy, is in the report. */
const RUNGS: readonly FixStrategyName[] = ['apply_patch', 'suggest_change', 'open_pull_request'];

/**
 * Refusals that say "not in this way": the next way is tried then. All others (the head moved, the patch does not
 * apply, a limit, a pause) would hold for every way.
 */
const OF_THE_WAY: ReadonlySet<string> = new Set([
  'mode.suggest',
  'fork.read_only',
  'head.default_branch',
  'suggest.outside_diff',
  'suggest.refused',
  'github.forbidden',
  'github.not_found',
  'github.refused',
  'github.conflict',
  'github.validation_failed',
]);

/** The strategy to try after one was refused, or null when that was the last, or no other could do better. */
export function nextRung(strategy: FixStrategyName, { rule }: Refusal): FixStrategyName | null {
  const at = RUNGS.indexOf(strategy);
  if (at === -1 || !OF_THE_WAY.has(rule)) return null;
  return RUNGS[at + 1] ?? null;
}

/** Was it the last way to deliver a patch that this rule closed? */
export function isClosedWay(strategy: string, rule: string): boolean {
  return strategy === RUNGS.at(-1) && OF_THE_WAY.has(rule);
}

/** The rule that refused a try, or null. */
export function ruleOf({ reason }: Pick<FixAttemptRecord, 'reason'>): string | null {
  return /\(rule ([\w.]+)\)$/.exec(reason ?? '')?.[1] ?? null;
}
