import type { CalibrationBin, Rate, Score, Scoreboard } from './scoreboard.ts';

/** Cases that a bin needs before it says something. */
const BIN_MIN = 20;

/** The scoreboard as Markdown tables, and the speed. */
export function formatScoreboard(scoreboard: Scoreboard): string {
  return `${formatTables(scoreboard)}\n\nSpeed: ${scoreboard.megabytesPerSecond.toFixed(0)} MB/s.`;
}

/** What does not depend on the machine, as Markdown tables; n beside each figure. */
export function formatTables({ parts: { seen, unseen } }: Scoreboard): string {
  const row = (name: string, of: (score: Score) => string) => `| ${name} | ${of(seen)} | ${of(unseen)} |`;
  return [
    '| | seen | unseen |',
    '| --- | --- | --- |',
    row('logs', (score) => String(score.cases)),
    row('category right', (score) => percent(score.category)),
    row('root-cause line hit', (score) => percent(score.rootCause)),
    row('location hit', (score) => percent(score.location)),
    row('failed test named', (score) => percent(score.failedTests)),
    row(
      'patches found / missed / unexpected',
      ({ patches: { found, missed, unexpected } }) => `${found} / ${missed} / ${unexpected}`,
    ),
    '',
    ...categoryTable('seen', seen),
    '',
    ...categoryTable('unseen', unseen),
    '',
    '| confidence | seen: said, right (n) | unseen: said, right (n) |',
    '| --- | --- | --- |',
    ...seen.calibration.map(
      (bin, index) =>
        `| ${bin.from.toFixed(1)} to ${bin.to.toFixed(1)} | ${calibration(bin)} | ${calibration(unseen.calibration[index])} |`,
    ),
  ].join('\n');
}

function categoryTable(name: string, { categories }: Score): string[] {
  return [
    `| category (${name}) | precision | recall |`,
    '| --- | --- | --- |',
    ...categories.map(
      ({ category, precision, recall }) => `| ${category} | ${percent(precision)} | ${percent(recall)} |`,
    ),
  ];
}

function percent({ hits, n }: Rate): string {
  return n === 0 ? '- (n = 0)' : `${((100 * hits) / n).toFixed(1)} % (n = ${n})`;
}

function calibration(bin: CalibrationBin | undefined): string {
  if (!bin || bin.n === 0 || bin.said === null || bin.right === null) return '-';
  const few = bin.n < BIN_MIN ? ', too few' : '';
  return `${bin.said.toFixed(2)}, ${bin.right.toFixed(2)} (${bin.n}${few})`;
}
