import { analyzeLog } from '../analysis/analyze.ts';
import type { Diagnosis } from '../analysis/types.ts';
import type { Case, Label } from './labels.ts';

/** A rate with what it was counted over. */
export interface Rate {
  hits: number;
  n: number;
}

/** How one category did. */
export interface CategoryScore {
  category: string;
  /** Of those called so, how many are. */
  precision: Rate;
  /** Of those that are, how many were called so. */
  recall: Rate;
}

/** A part of the confidences: what was said, and how often it was right. */
export interface CalibrationBin {
  from: number;
  to: number;
  n: number;
  /** Mean confidence and share of right categories; null where there is nothing in the bin. */
  said: number | null;
  right: number | null;
}

/** How the analyser did on one part of a corpus. */
export interface Score {
  cases: number;
  category: Rate;
  rootCause: Rate;
  location: Rate;
  failedTests: Rate;
  patches: { found: number; missed: number; unexpected: number };
  categories: CategoryScore[];
  calibration: CalibrationBin[];
}

/** The whole evaluation; speed in MB/s over all logs. */
export interface Scoreboard {
  parts: Record<'seen' | 'unseen', Score>;
  megabytesPerSecond: number;
  /** Files of which something was wrong, with what. */
  misses: { file: string; split: string; what: string }[];
}

interface Judged {
  file: string;
  label: Label;
  diagnosis: Diagnosis;
}

/** A job that passed has no failure: the analyser may only say that it knows none. */
const rightCategory = ({ label, diagnosis }: Judged) =>
  diagnosis.category === (label.category === 'none' ? 'unknown' : label.category);

/** Runs the analyser over all cases. */
export async function evaluate(cases: readonly Case[]): Promise<Scoreboard> {
  const judged: Judged[] = [];
  const startedAt = performance.now();
  for (const { file, bytes, label } of cases)
    judged.push({ file, label, diagnosis: await analyzeLog(bytes) });
  const seconds = (performance.now() - startedAt) / 1000;
  const bytes = cases.reduce((sum, it) => sum + it.bytes.length, 0);
  const part = (split: Label['split']) => scoreOf(judged.filter((it) => it.label.split === split));
  return {
    parts: { seen: part('seen'), unseen: part('unseen') },
    megabytesPerSecond: seconds > 0 ? bytes / 1e6 / seconds : 0,
    misses: judged.flatMap((it) =>
      missesOf(it).map((what) => ({ file: it.file, split: it.label.split, what })),
    ),
  };
}

function scoreOf(judged: readonly Judged[]): Score {
  const failed = judged.filter((it) => it.label.category !== 'none');
  const withPatch = failed.filter((it) => it.label.patch);
  return {
    cases: judged.length,
    category: rate(judged, rightCategory),
    rootCause: rate(
      failed.filter((it) => it.label.root_cause_lines.length > 0),
      hitsCause,
    ),
    location: rate(
      failed.filter((it) => it.label.locations.length > 0),
      hitsLocation,
    ),
    failedTests: rate(
      failed.filter((it) => it.label.failed_tests.length > 0),
      hitsTests,
    ),
    patches: {
      found: withPatch.filter((it) => it.diagnosis.patch !== null).length,
      missed: withPatch.filter((it) => it.diagnosis.patch === null).length,
      unexpected: judged.filter((it) => !it.label.patch && it.diagnosis.patch !== null).length,
    },
    categories: categoryScores(judged),
    calibration: calibrationOf(judged),
  };
}

function hitsCause({ label, diagnosis }: Judged): boolean {
  return label.root_cause_lines.includes(diagnosis.root_cause?.line ?? 0);
}

function hitsLocation({ label, diagnosis }: Judged): boolean {
  const found = new Set([...diagnosis.diagnostics, ...diagnosis.failed_tests].map((it) => it.path));
  return label.locations.some((location) => found.has(location.replace(/:\d+(?::\d+)?$/, '')));
}

function hitsTests({ label, diagnosis }: Judged): boolean {
  return label.failed_tests.some((name) => diagnosis.failed_tests.some((test) => test.name === name));
}

function categoryScores(judged: readonly Judged[]): CategoryScore[] {
  const names = new Set(judged.flatMap(({ label, diagnosis }) => [label.category, diagnosis.category]));
  return [...names].toSorted().map((category) => ({
    category,
    precision: rate(
      judged.filter((it) => it.diagnosis.category === category),
      rightCategory,
    ),
    recall: rate(
      judged.filter((it) => it.label.category === category),
      rightCategory,
    ),
  }));
}

function calibrationOf(judged: readonly Judged[]): CalibrationBin[] {
  return [0, 0.2, 0.4, 0.6, 0.8].map((from) => {
    const to = from + 0.2;
    const bin = judged.filter(
      ({ diagnosis: { confidence } }) => confidence >= from && (confidence < to || to > 0.99),
    );
    const n = bin.length;
    const said = n === 0 ? null : bin.reduce((sum, it) => sum + it.diagnosis.confidence, 0) / n;
    return { from, to, n, said, right: n === 0 ? null : bin.filter(rightCategory).length / n };
  });
}

function missesOf(judged: Judged): string[] {
  const { label, diagnosis } = judged;
  const misses: string[] = [];
  if (!rightCategory(judged)) misses.push(`category ${diagnosis.category}, not ${label.category}`);
  if (label.category === 'none') return misses;
  if (label.root_cause_lines.length > 0 && !hitsCause(judged))
    misses.push(`cause in line ${diagnosis.root_cause?.line}`);
  if (label.locations.length > 0 && !hitsLocation(judged)) misses.push('no location');
  if (label.patch && diagnosis.patch === null) misses.push('no patch');
  if (!label.patch && diagnosis.patch !== null) misses.push('a patch that is none');
  return misses;
}

function rate<Value>(values: readonly Value[], hit: (value: Value) => boolean): Rate {
  return { hits: values.filter(hit).length, n: values.length };
}
