import type { CheckRunReport } from '../../github/types.ts';
import { BUTTON_LABELS, type ButtonVerb } from '../../messages/request-verbs.ts';
import { yieldsToPeople } from '../asked.ts';
import { ruleOf } from '../ladder.ts';
import { isIgnored, isMended, type ReportItem, showsPatch } from './item.ts';

type Button = NonNullable<CheckRunReport['actions']>[number];

/** What a button does, as GitHub shows it beside it. GitHub's limits: label 20, description 40, identifier 20 characters. */
const DESCRIPTIONS: Readonly<Record<ButtonVerb, string>> = {
  fix: 'Commit the patch to the head branch',
  rerun: 'Run the failed jobs again',
  ignore: 'Leave these failures alone from now on',
};

/** Buttons that would do something for at least one of the failed checks. */
export function buttonsOf(items: readonly ReportItem[]): Button[] {
  const open = items.filter((item) => !isMended(item) && !isIgnored(item));
  const offered: ButtonVerb[] = [];
  if (open.some(mayApply)) offered.push('fix');
  if (open.some(mayRerun)) offered.push('rerun');
  if (open.length > 0) offered.push('ignore');
  return offered.map((identifier) => ({
    label: BUTTON_LABELS[identifier],
    description: DESCRIPTIONS[identifier],
    identifier,
  }));
}

function mayApply(item: ReportItem): boolean {
  const { attempt, verdict } = item;
  if (!showsPatch(item) || !yieldsToPeople(verdict.rule)) return false;
  // What was tried and refused will be refused again, but for a pause.
  return attempt?.strategy !== 'apply_patch' || ruleOf(attempt) === 'paused';
}

/** Failures that may end otherwise on the same commit. */
const UNSTEADY: ReadonlySet<string> = new Set(['infrastructure', 'timeout', 'flaky', 'test', 'dependency']);

/** Refusals of a re-run that hold whoever asks. */
const NO_RERUN: ReadonlySet<string> = new Set([
  'rerun.too_old',
  'rerun.limit_per_head',
  'rerun.limit_per_day',
  'rerun.limit_per_run',
  'rerun.run_gone',
  'rerun.run_too_long',
  'github.forbidden',
]);

function mayRerun({ appSlug, diagnosis, attempt }: ReportItem): boolean {
  if (appSlug !== 'github-actions' || diagnosis.patch !== null) return false;
  if (!diagnosis.transient && !UNSTEADY.has(diagnosis.category)) return false;
  return attempt === null || !NO_RERUN.has(ruleOf(attempt) ?? '');
}
