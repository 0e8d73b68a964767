import type { Diagnosis } from '../../analysis/types.ts';
import type { FixAttemptRecord, FixOutcomeKind } from '../../store/types.ts';
import type { Verdict } from '../decide.ts';
import { escapeText, inlineCode } from './markdown.ts';

/** One failed check in a report. */
export interface ReportItem {
  readonly checkName: string;
  /** Slug of the App that made the check run. */
  readonly appSlug: string | null;
  readonly diagnosis: Diagnosis;
  readonly verdict: Verdict;
  /** The try to mend it, if there was one. */
  readonly attempt: FixAttemptRecord | null;
  /** Login of the person whose wish the try was, where the policy alone would not have made it. */
  readonly askedBy: string | null;
  /** Every way to deliver the patch is closed but that a person takes it: by hand, by a button, or by merging. */
  readonly leftToPeople: boolean;
}

/** Did a person say that it is to be left alone? */
export function isIgnored({ verdict }: ReportItem): boolean {
  return verdict.rule === 'ignored';
}

/** Was it mended, as far as is known? */
export function isMended({ attempt }: ReportItem): boolean {
  return attempt?.status === 'applied' && (attempt.outcome === null || attempt.outcome === 'mended');
}

/** What was done about it and why, in one sentence of mark-up. */
export function statusLine({ attempt, verdict, askedBy }: ReportItem): string {
  const rule = `(rule \`${verdict.rule}\`)`;
  const why = askedBy === null ? ` ${rule}` : `, as ${inlineCode(askedBy)} asked`;
  if (attempt?.status === 'applied') return `${deedOf(attempt)}${why}.${outcomeOf(attempt)}`;
  const tried = attempt?.status === 'dropped' || attempt?.status === 'failed';
  if (tried && verdict.action !== 'hold') {
    return `**Not done**: ${escapeText(attempt.reason ?? 'refused')}.`;
  }
  const reason = `${escapeText(verdict.reason)} ${rule}`;
  switch (verdict.action) {
    case 'apply':
      return `**${GOING_TO[verdict.strategy ?? ''] ?? 'It is being worked on'}**: ${reason}.`;
    case 'hold':
      return `**On hold**: ${reason}. It is taken up again when the base is mended.`;
    case 'offer':
      return `**The patch below was not committed**: ${reason}.`;
    default:
      return `**Nothing was changed**: ${reason}.`;
  }
}

const GOING_TO: Readonly<Record<string, string>> = {
  apply_patch: 'The patch below is going to be committed',
  rerun_failed_jobs: 'The failed jobs are going to be re-run',
  update_branch: 'The base is going to be merged into the branch',
};

function deedOf({ strategy, result }: FixAttemptRecord): string {
  if (strategy === 'apply_patch') return `**Committed** as ${escapeText(result ?? '')}`;
  if (strategy === 'update_branch') return '**Updated**: the base, which has the cure, was merged in';
  return '**Re-run**: the failed jobs run again';
}

const OUTCOMES: Readonly<Record<FixOutcomeKind, string>> = {
  mended: ' The check passes now.',
  same_failure: ' The check **fails as before**.',
  new_failure: ' After it **something else fails**.',
};

/** What the checks said of it since, as a sentence of its own. */
function outcomeOf({ outcome }: FixAttemptRecord): string {
  return outcome === null ? '' : OUTCOMES[outcome];
}

/** Is the patch to be shown? Not one that a guard refused. */
export function showsPatch({ diagnosis, verdict, attempt }: ReportItem): boolean {
  if (diagnosis.patch === null) return false;
  return verdict.action === 'offer' || verdict.action === 'apply' || attempt?.strategy === 'apply_patch';
}
