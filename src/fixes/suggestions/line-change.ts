import { findOffset } from '../patch/apply.ts';
import { matchLineEndings } from '../patch/line-endings.ts';
import { type FilePatch, type HunkLine, pathOf } from '../patch/types.ts';

/** Lines of one file, as they stand at the head, and what is to stand there instead. */
export interface LineChange {
  readonly path: string;
  /** First line that is replaced, 1-based; for an insertion the line that it goes before. */
  readonly from: number;
  /** Last line that is replaced; `from - 1` for an insertion. */
  readonly to: number;
  /** The new lines, without their newlines. */
  readonly lines: readonly string[];
}

/**
 * The changes of a file patch one by one, at the lines where they apply to `content`.
 * @returns null for what no suggestion can say: a file that is made or deleted, carriage returns, and a last line
 * without its newline
 * @throws PatchError where the patch does not apply
 */
export function lineChanges(content: Buffer, file: FilePatch): LineChange[] | null {
  if (file.oldPath === null || file.newPath === null) return null;
  const matched = matchLineEndings(content, file);
  const offset = findOffset(content, matched);
  const changes: LineChange[] = [];
  for (const hunk of matched.hunks) {
    if (hunk.lines.some(({ kind, text }) => kind !== 'context' && !isPlain(text))) return null;
    changes.push(...changesOf(pathOf(file), hunk.oldStart + offset, hunk.lines));
  }
  return changes;
}

function isPlain(text: string): boolean {
  return text.endsWith('\n') && !text.includes('\r');
}

function changesOf(path: string, start: number, lines: readonly HunkLine[]): LineChange[] {
  const changes: LineChange[] = [];
  let at = start;
  let open: { from: number; removed: number; added: string[] } | null = null;
  const close = () => {
    if (open) changes.push({ path, from: open.from, to: open.from + open.removed - 1, lines: open.added });
    open = null;
  };
  for (const { kind, text } of lines) {
    if (kind === 'context') {
      close();
      at += 1;
      continue;
    }
    open ??= { from: at, removed: 0, added: [] };
    if (kind === 'added') open.added.push(text.slice(0, -1));
    else {
      open.removed += 1;
      at += 1;
    }
  }
  close();
  return changes;
}
