/** One line of the result; `ratio` is over 1 where ours is better, `null` where there is nothing to compare with. */
export interface Figure {
  metric: string;
  ours: number;
  peer: number | null;
  ratio: number | null;
}

/** More is better. */
export function rate(metric: string, ours: number, peer: number | null): Figure {
  return { metric, ours, peer, ratio: peer === null ? null : ours / peer };
}

/** Less is better. */
export function cost(metric: string, ours: number, peer: number | null): Figure {
  return { metric, ours, peer, ratio: peer === null ? null : peer / ours };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param q 0..1 */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** A table in Markdown. @param peer head of the column beside ours */
export function table(figures: readonly Figure[], peer: string): string {
  const rows = figures.map(
    ({ metric, ours, peer: other, ratio }) =>
      `| ${metric} | ${digits(ours)} | ${digits(other)} | ${ratio === null ? '' : ratio.toFixed(2)} |`,
  );
  return [`| | ours | ${peer} | ratio |`, '| --- | --: | --: | --: |', ...rows].join('\n');
}

function digits(value: number | null): string {
  if (value === null) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(2);
}
