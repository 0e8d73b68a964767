import type { Diagnosis } from '../../analysis/types.ts';
import type { CheckAnnotation, CheckRunReport } from '../../github/types.ts';
import { redactSecrets } from '../../logger.ts';
import type { PersonRequestRecord } from '../../store/person-requests.ts';
import { gitApplyCommand } from '../git-apply.ts';
import { unsafePath } from '../guards/safe-path.ts';
import type { UselessCommit } from '../verified.ts';
import { buttonsOf } from './buttons.ts';
import { isIgnored, isMended, type ReportItem, showsPatch, statusLine } from './item.ts';
import { cutBytes, escapeText, fence, inlineCode, redactHidden } from './markdown.ts';
import { requestSection } from './requests.ts';
import { joinSections } from './sections.ts';

/** Bytes of a title; GitHub shows little more. */
const TITLE_MAX_BYTES = 200;
/** Annotations of one report; GitHub takes 50 a request. */
const ANNOTATIONS_MAX = 200;
/** Bytes of an annotation's message (GitHub: 64 KB). */
const ANNOTATION_MAX_BYTES = 4096;
/** Failed tests and locations listed for one check. */
const LIST_MAX = 20;
/** Bytes of the log lines shown for one check. */
const EVIDENCE_MAX_BYTES = 6000;

/** What a report says, ready for a check run. */
export interface ReportText {
  readonly title: string;
  readonly summary: string;
  /** Patches; empty when there are none. */
  readonly text: string;
  readonly annotations: CheckAnnotation[];
  readonly conclusion: 'success' | 'neutral';
  /** Buttons, at most three. */
  readonly actions: NonNullable<CheckRunReport['actions']>;
}

/**
 * Puts all failed checks of one head in one report. Everything that comes from a log is fenced or escaped, and
 * each field stays within GitHub's limits.
 *
 * @param policyProblems what is wrong with the policy file: nothing can be asked for until it is mended
 * @param requests what people asked for on this head, newest first
 * @param useless commits of ours, newest first, that mended nothing and may be taken back; default none
 */
export function composeReport(
  items: readonly ReportItem[],
  policyProblems: readonly string[],
  requests: readonly PersonRequestRecord[] = [],
  useless: readonly UselessCommit[] = [],
): ReportText {
  const asked = requestSection(requests);
  const sections = [
    ...(policyProblems.length > 0 ? [policySection(policyProblems)] : []),
    ...(useless.length > 0 ? [revertSection(useless)] : []),
    ...(asked === null ? [] : [asked]),
    ...items.map(itemSection),
  ];
  const done = items.length > 0 && items.every((item) => isMended(item) || isIgnored(item));
  const patches = items.filter(showsPatch).map(patchSection);
  return {
    title: cutBytes(redactSecrets(titleOf(items, policyProblems)), TITLE_MAX_BYTES),
    summary: joinSections(sections, (count) => `*${count} more failed checks do not fit here.*`),
    text: joinSections(patches, (count) => `*${count} patches are too large to be shown here.*`),
    annotations: items.flatMap(({ diagnosis }) => annotationsOf(diagnosis)).slice(0, ANNOTATIONS_MAX),
    conclusion: policyProblems.length === 0 && done ? 'success' : 'neutral',
    actions: policyProblems.length > 0 ? [] : buttonsOf(items),
  };
}

function titleOf(items: readonly ReportItem[], policyProblems: readonly string[]): string {
  if (policyProblems.length > 0) return 'The policy file .github/checkmend.yml is broken';
  const [only] = items;
  if (only && items.length === 1)
    return redactHidden(only.diagnosis.summary)
      .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
      .trim();
  const mended = items.filter(isMended).length;
  const patches = items.filter((item) => !isMended(item) && showsPatch(item)).length;
  const parts = [`${items.length} failed checks`];
  if (mended > 0) parts.push(`${mended} mended`);
  if (patches > 0) parts.push(`${patches} with a patch`);
  return parts.join(', ');
}

function policySection(problems: readonly string[]): string {
  const list = problems.slice(0, LIST_MAX).map((problem) => `- ${escapeText(problem)}`);
  return [
    '### The policy file is broken',
    'Nothing is written but this report until `.github/checkmend.yml` on the default branch is mended:',
    list.join('\n'),
  ].join('\n\n');
}

function revertSection(commits: readonly UselessCommit[]): string {
  const commands = commits.map(({ sha, merges }) => `git revert --no-edit ${merges ? '-m 1 ' : ''}${sha}`);
  return [
    '### Stopped: the last fixes mended nothing',
    'No more are made on this pull request, unless somebody asks for one. To take the last ones back:',
    fence(commands.join('\n'), 'sh'),
  ].join('\n\n');
}

/** What is known of one failed check, why it failed, and what was done about it. */
export function itemSection(item: ReportItem): string {
  const { checkName, diagnosis } = item;
  const tool = diagnosis.tool === null ? '' : `, found by ${inlineCode(diagnosis.tool)}`;
  const parts = [
    `### ${inlineCode(cutBytes(checkName, 200))}`,
    `${cutBytes(escapeText(diagnosis.summary), 2000)}`,
    `Category: ${diagnosis.category}${tool}. Confidence: ${Math.round(diagnosis.confidence * 100)} %.`,
    statusLine(item),
    ...evidence(diagnosis),
    ...list(
      'Failed tests',
      diagnosis.failed_tests.map(({ name, path }) =>
        path === null ? inlineCode(name) : `${inlineCode(name)} in ${inlineCode(path)}`,
      ),
    ),
    ...list(
      'Locations',
      diagnosis.diagnostics.map(
        ({ path, line, message }) =>
          `${inlineCode(line === null ? path : `${path}:${line}`)} ${cutBytes(escapeText(message), 300)}`,
      ),
    ),
  ];
  return parts.join('\n\n');
}

function evidence({ root_cause, evidence: lines }: Diagnosis): string[] {
  const shown = lines.length > 0 ? lines : root_cause ? [root_cause] : [];
  if (shown.length === 0) return [];
  const where = root_cause ? ` (line ${root_cause.line})` : '';
  const text = cutBytes(shown.map((line) => line.text).join('\n'), EVIDENCE_MAX_BYTES);
  return [`From the log${where}:`, fence(text)];
}

function list(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const shown = entries.slice(0, LIST_MAX).map((entry) => `- ${entry}`);
  const more = entries.length > LIST_MAX ? [`- and ${entries.length - LIST_MAX} more`] : [];
  return [`${title}:`, [...shown, ...more].join('\n')];
}

function patchSection({ checkName, diagnosis }: ReportItem): string {
  return [
    `### Patch for ${inlineCode(cutBytes(checkName, 200))}`,
    'To apply it by hand, copy this into a shell in the repository:',
    fence(gitApplyCommand(diagnosis.patch ?? ''), 'sh'),
  ].join('\n\n');
}

const LEVELS = { error: 'failure', warning: 'warning', note: 'notice' } as const;

function annotationsOf({ diagnostics }: Diagnosis): CheckAnnotation[] {
  return diagnostics.flatMap(({ path, line, severity, code, message }) => {
    if (line === null || line < 1 || unsafePath(path) !== null) return [];
    const text = cutBytes(redactHidden(message), ANNOTATION_MAX_BYTES);
    return [
      {
        path,
        startLine: line,
        endLine: line,
        level: LEVELS[severity],
        message: text === '' ? 'see the log' : text,
        title: code === null ? null : cutBytes(redactHidden(code), 255),
      },
    ];
  });
}
