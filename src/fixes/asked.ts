/**
 * Rules that hold back a patch only as long as nobody asks for it. Whatever guards, limits and the head itself
 * refuse stays refused, whoever asks.
 */
const UNLESS_ASKED: ReadonlySet<string> = new Set([
  'mode.suggest',
  'mode.report',
  'confidence.low',
  'loop.same_check',
  'loop.two_in_a_row',
  'base.broken',
  'base.shared_failure',
]);

/** Would a patch that was held back by this rule be committed if a person asked for it? */
export function yieldsToPeople(rule: string): boolean {
  return UNLESS_ASKED.has(rule);
}
