/** A hunk as a tool printed it, with its lines in diff form (` `, `-`, `+`, `\`). */
export interface Hunk {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  lines: string[];
}

const HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/** Reads `@@ -1,3 +1,4 @@ …`; null for anything else. */
export function parseHunkHeader(text: string): Omit<Hunk, 'lines'> | null {
  const match = HEADER.exec(text);
  if (!match) return null;
  const [, oldStart, oldCount = '1', newStart, newCount = '1'] = match;
  return {
    oldStart: Number(oldStart),
    oldCount: Number(oldCount),
    newStart: Number(newStart),
    newCount: Number(newCount),
  };
}

/** Collects the lines that a hunk's header announces. */
export class HunkReader {
  readonly hunk: Hunk;
  #old = 0;
  #new = 0;

  constructor(header: Omit<Hunk, 'lines'>) {
    this.hunk = { ...header, lines: [] };
  }

  /** All announced lines are there. */
  get complete(): boolean {
    return this.#old === this.hunk.oldCount && this.#new === this.hunk.newCount;
  }

  /** Takes a line; false when it is none of this hunk. */
  take(text: string): boolean {
    if (text.startsWith('\\')) {
      if (this.hunk.lines.length === 0) return false;
      this.hunk.lines.push('\\ No newline at end of file');
      return true;
    }
    if (this.complete) return false;
    // Blanks at the end of a line are lost in some systems, and with them the mark of an empty context line.
    const line = text === '' ? ' ' : text;
    const mark = line[0];
    if (mark !== ' ' && mark !== '-' && mark !== '+') return false;
    if (mark !== '+') this.#old += 1;
    if (mark !== '-') this.#new += 1;
    this.hunk.lines.push(line);
    return this.#old <= this.hunk.oldCount && this.#new <= this.hunk.newCount;
  }
}
