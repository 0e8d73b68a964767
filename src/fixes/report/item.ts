import type { Diagnosis } from '../../analysis/types.ts';
import type { FixAttemptRecord } from '../../store/types.ts';
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
  return attempt?.status === 'applied';
}

/** What was done about it and why, in one sentence of mark-up. */
export function statusLine({ attempt, verdict, askedBy }: ReportItem): string {
  const rule = `(rule \`${verdict.rule}\`)`;
  const why = askedBy === null ? ` ${rule}` : `, as ${inlineCode(askedBy)} asked`;
  if (attempt?.status === 'applied') {
    return attempt.strategy === 'apply_patch'
      ? `**Committed** as ${escapeText(attempt.result ?? '')}${why}.`
      : `**Re-run**: the failed jobs run again${why}.`;
  }
  if (attempt?.status === 'dropped' || attempt?.status === 'failed') {
    return `**Not done**: ${escapeText(attempt.reason ?? 'refused')}.`;
  }
  const reason = `${escapeText(verdict.reason)} ${rule}`;
  switch (verdict.action) {
    case 'apply':
      return verdict.strategy === 'apply_patch'
        ? `**The patch below is going to be committed**: ${reason}.`
        : `**The failed jobs are going to be re-run**: ${reason}.`;
    case 'offer':
      return `**The patch below was not committed**: ${reason}.`;
    default:
      return `**Nothing was changed**: ${reason}.`;
  }
}

/** Is the patch to be shown? Not one that a guard refused. */
export function showsPatch({ diagnosis, verdict, attempt }: ReportItem): boolean {
  if (diagnosis.patch === null) return false;
  return verdict.action === 'offer' || verdict.action === 'apply' || attempt?.strategy === 'apply_patch';
}
