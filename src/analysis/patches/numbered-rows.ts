import type { Hunk } from './hunk.ts';

/** A line of a diff that has its numbers beside it instead of a header above it. */
export interface NumberedRow {
  /** 1-based; null on the side where the line is not. */
  before: number | null;
  after: number | null;
  /** With its mark: ` `, `-` or `+`. */
  text: string;
  /** The last line of a file, without a line feed. */
  endsFile?: boolean;
}

/** Rows whose numbers go on without a gap are one hunk; null when something is missing or out of order. */
export function hunksOfRows(rows: readonly NumberedRow[]): Hunk[] | null {
  const hunks: Hunk[] = [];
  const next = { before: 1, after: 1 };
  for (const { before, after, text, endsFile } of rows) {
    const mark = text[0];
    if ((mark !== '+') !== (before !== null) || (mark !== '-') !== (after !== null)) return null;
    let hunk = hunks.at(-1);
    if (!hunk || (before ?? next.before) !== next.before || (after ?? next.after) !== next.after) {
      if (before !== null && before < next.before) return null;
      // A hunk begins with a line of both sides, or with a removed one: what lies between is the same on both.
      const skipped = (before ?? next.before) - next.before;
      next.before += skipped;
      next.after = after ?? next.after + skipped;
      hunk = { oldStart: next.before, oldCount: 0, newStart: next.after, newCount: 0, lines: [] };
      hunks.push(hunk);
    }
    hunk.lines.push(text);
    if (endsFile) hunk.lines.push('\\ No newline at end of file');
    if (mark !== '+') {
      hunk.oldCount += 1;
      next.before += 1;
    }
    if (mark !== '-') {
      hunk.newCount += 1;
      next.after += 1;
    }
  }
  return hunks;
}
