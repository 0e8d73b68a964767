import { styleText } from 'node:util';
import type { Diagnosis, Recommendation } from '../analysis/types.ts';
import { printable } from './timeline.ts';

/** What Checkmend would do, in words. */
const ADVICE: Readonly<Record<Recommendation, string>> = {
  apply_patch: 'Apply the patch: the log shows exactly what the tool wants changed.',
  rerun_failed_jobs: 'Run the failed jobs again: the change is not to blame.',
  run_fixer: 'Run the tool itself with its fixing option; the log does not show the whole change.',
  report: 'A person has to look at it: there is nothing that could be changed safely.',
};

/** Most entries of a list that a page shows. */
const LIST_MAX = 10;

/** The diagnosis as a page for a terminal; plain text where colours are not wanted. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { category, tool, confidence, summary, recommendation } = diagnosis;
  const kind = [category, tool].filter(Boolean).join(' · ');
  const sections = [
    [
      `${styleText('bold', printable(summary))}`,
      styleText('dim', `${kind}, confidence ${Math.round(confidence * 100)} %`),
    ],
    causeLines(diagnosis),
    listLines(
      'Where',
      diagnosis.diagnostics.map(({ path, line, column, code, message }) => {
        const place = [path, line, column].filter((part) => part !== null).join(':');
        return `${place}  ${[code, message].filter(Boolean).join(' ')}`;
      }),
    ),
    listLines(
      'Failed tests',
      diagnosis.failed_tests.map(({ name, message }) => [name, message].filter(Boolean).join(' - ')),
    ),
    patchLines(diagnosis.patch),
    [styleText('bold', 'What to do'), `  ${ADVICE[recommendation]}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function causeLines({ root_cause, evidence }: Diagnosis): string[] {
  if (!root_cause) return [];
  const quoted = [root_cause, ...evidence.filter((it) => it.line !== root_cause.line)].slice(0, LIST_MAX);
  const width = Math.max(...quoted.map((it) => String(it.line).length));
  return [
    styleText('bold', 'Cause'),
    ...quoted.map(({ line, text }) => {
      const mark = line === root_cause.line ? styleText('red', '>') : ' ';
      return `${mark} ${styleText('dim', String(line).padStart(width))}  ${printable(text)}`;
    }),
  ];
}

function listLines(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const shown = entries.slice(0, LIST_MAX).map((entry) => `  ${printable(entry)}`);
  const rest = entries.length - shown.length;
  return [styleText('bold', title), ...shown, ...(rest > 0 ? [`  and ${rest} more`] : [])];
}

function patchLines(patch: string | null): string[] {
  if (patch === null) return [];
  return [
    styleText('bold', 'Patch'),
    ...patch
      .trimEnd()
      .split('\n')
      .map((line) => `  ${paint(line)}`),
  ];
}

function paint(line: string): string {
  const text = printable(line);
  if (/^(?:diff |---|\+\+\+)/.test(line)) return styleText('bold', text);
  if (line.startsWith('+')) return styleText('green', text);
  if (line.startsWith('-')) return styleText('red', text);
  return line.startsWith('@@') ? styleText('cyan', text) : text;
}
