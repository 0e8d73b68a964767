import type { LineRange } from './diff-ranges.ts';
import type { LineChange } from './line-change.ts';

/** What fits into the diff, and how many changes do not. */
export interface Fitted {
  readonly changes: readonly LineChange[];
  readonly dropped: number;
}

/**
 * Makes of each change what can be suggested: all of its lines lie in one hunk of the diff, and it replaces at least
 * one line. What reaches further is split line by line where old and new lines pair up, else dropped; an insertion
 * is hung on a neighbour.
 *
 * @param ranges commentable lines of the file
 * @param head the file's lines, without newlines
 */
export function fitToDiff(
  changes: readonly LineChange[],
  ranges: readonly LineRange[],
  head: readonly string[],
): Fitted {
  const fitted: LineChange[] = [];
  let dropped = 0;
  for (const change of changes) {
    const parts = fitOne(change, ranges, head);
    fitted.push(...parts);
    if (parts.length === 0 || coveredLines(parts) < change.lines.length) dropped += 1;
  }
  return { changes: fitted, dropped };
}

function fitOne(change: LineChange, ranges: readonly LineRange[], head: readonly string[]): LineChange[] {
  if (change.to < change.from) {
    const hung = [hangOnLineAbove(change, head), hangOnLineBelow(change, head)];
    return hung.filter((it) => it !== null && isInside(it, ranges)).slice(0, 1) as LineChange[];
  }
  if (isInside(change, ranges)) return [change];
  const size = change.to - change.from + 1;
  if (size === 1 || size !== change.lines.length) return [];
  return change.lines
    .map((line, index) => ({
      ...change,
      from: change.from + index,
      to: change.from + index,
      lines: [line],
    }))
    .filter((part) => isInside(part, ranges) && head[part.from - 1] !== part.lines[0]);
}

function hangOnLineAbove({ path, from, lines }: LineChange, head: readonly string[]): LineChange | null {
  const above = head[from - 2];
  return above === undefined ? null : { path, from: from - 1, to: from - 1, lines: [above, ...lines] };
}

function hangOnLineBelow({ path, from, lines }: LineChange, head: readonly string[]): LineChange | null {
  const below = head[from - 1];
  return below === undefined ? null : { path, from, to: from, lines: [...lines, below] };
}

function isInside({ from, to }: LineChange, ranges: readonly LineRange[]): boolean {
  return ranges.some(({ first, last }) => from >= first && to <= last);
}

function coveredLines(parts: readonly LineChange[]): number {
  return parts.reduce((sum, part) => sum + part.lines.length, 0);
}
