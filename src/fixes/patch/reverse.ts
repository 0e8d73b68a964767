import type { FilePatch, Hunk, HunkLine, Patch } from './types.ts';

const OPPOSITE = { context: 'context', added: 'removed', removed: 'added' } as const;

/** The patch that undoes `patch`. */
export function reversePatch(patch: Patch): Patch {
  return patch.map(
    (file): FilePatch => ({
      oldPath: file.newPath,
      newPath: file.oldPath,
      hunks: file.hunks.map(
        (hunk): Hunk => ({
          oldStart: hunk.newStart,
          newStart: hunk.oldStart,
          lines: hunk.lines.map((line): HunkLine => ({ kind: OPPOSITE[line.kind], text: line.text })),
        }),
      ),
    }),
  );
}
