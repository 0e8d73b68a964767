import { styleText } from 'node:util';
import type { Diagnosis, Recommendation } from '../analysis/types.ts';
import { printable } from '../printable.ts';

/** What Checkmend would do, in words. */
const ADVICE: Readonly<Record<Recommendation, string>> = {
  apply_patch: 'Apply the patch: the log shows exactly what the tool wants changed.',
  rerun_failed_jobs: 'Run the failed jobs again: the change is not to blame.',
  run_fixer: 'Run the tool itself with its fixing option; the log does not show the whole change.',
  report: 'A person has to look at it: there is nothing that could be changed safely.',
};

/** Where there is nothing to mend. */
const NO_FAILURE = 'Nothing: the log shows no failure.';

/** Commands that make a tool's changes, where the log does not show them. */
const FIXERS: Readonly<Record<string, string>> = {
  biome: 'biome check --write',
  black: 'black .',
  buildifier: 'buildifier -r .',
  'clang-format': 'clang-format -i <files>',
  'deno fmt': 'deno fmt',
  docformatter: 'docformatter --in-place -r .',
  'dotnet format': 'dotnet format',
  dprint: 'dprint fmt',
  gofmt: 'gofmt -w .',
  isort: 'isort .',
  'mix format': 'mix format',
  'php-cs-fixer': 'php-cs-fixer fix',
  ormolu: 'ormolu --mode inplace <files>',
  phpcs: 'phpcbf',
  'pre-commit': 'pre-commit run --all-files',
  prettier: 'prettier --write .',
  ruff: 'ruff format .',
  rustfmt: 'cargo fmt',
  shfmt: 'shfmt -w .',
  spotless: './gradlew spotlessApply, or mvn spotless:apply',
  taplo: 'taplo fmt',
  'terraform fmt': 'terraform fmt -recursive',
};

/** Most entries of a list that a page shows. */
const LIST_MAX = 10;

/** The diagnosis as a page for a terminal; plain text where colours are not wanted. */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { category, tool, confidence, summary } = diagnosis;
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
    [styleText('bold', 'What to do'), `  ${adviceOf(diagnosis)}`, ...fixerLines(diagnosis)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The lines of the log, the cause marked; a gap in the log is a gap here. */
function causeLines({ root_cause: cause, evidence }: Diagnosis): string[] {
  if (!cause) return [];
  const others = evidence.filter((it) => it.line !== cause.line);
  const near = others.toSorted((a, b) => Math.abs(a.line - cause.line) - Math.abs(b.line - cause.line));
  const quoted = [cause, ...near.slice(0, LIST_MAX - 1)].toSorted((a, b) => a.line - b.line);
  const width = Math.max(...quoted.map((it) => String(it.line).length));
  return [
    styleText('bold', 'Cause'),
    ...quoted.flatMap(({ line, text }, index) => {
      const gap = index > 0 && line > (quoted[index - 1]?.line ?? 0) + 1;
      const mark = line === cause.line ? styleText('red', '>') : ' ';
      const number = styleText('dim', String(line).padStart(width));
      return [
        ...(gap ? [styleText('dim', `  ${'⋮'.padStart(width)}`)] : []),
        `${mark} ${number}  ${printable(text)}`,
      ];
    }),
  ];
}

function adviceOf({ category, root_cause, recommendation }: Diagnosis): string {
  return category === 'unknown' && root_cause === null ? NO_FAILURE : ADVICE[recommendation];
}

function fixerLines({ tool, recommendation }: Diagnosis): string[] {
  const command = tool && Object.hasOwn(FIXERS, tool) ? FIXERS[tool] : undefined;
  return recommendation === 'run_fixer' && command ? [`  ${styleText('green', command)}`] : [];
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
  // Tabs are what many a patch is about.
  const text = line.split('\t').map(printable).join('\t');
  if (/^(?:diff |---|\+\+\+)/.test(line)) return styleText('bold', text);
  if (line.startsWith('+')) return styleText('green', text);
  if (line.startsWith('-')) return styleText('red', text);
  return line.startsWith('@@') ? styleText('cyan', text) : text;
}
