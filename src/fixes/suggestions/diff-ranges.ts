import type { PullRequestFile } from '../../github/proposals.ts';

/** Lines of the new side that one hunk of a diff shows, 1-based, both included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

const HUNK = /^@@ -\d{1,9}(?:,\d{1,9})? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/**
 * By path the lines that a review may comment on: those that a hunk of the pull request's diff shows.
 * Source: REST API, "Pull requests / Reviews"; a file whose diff GitHub does not show has none.
 */
export function commentableRanges(
  files: readonly PullRequestFile[],
): ReadonlyMap<string, readonly LineRange[]> {
  return new Map(files.map(({ path, patch }) => [path, rangesOf(patch ?? '')]));
}

function rangesOf(patch: string): LineRange[] {
  return patch.split('\n').flatMap((line) => {
    const match = HUNK.exec(line);
    if (!match) return [];
    const first = Number(match[1]);
    const count = Number(match[2] ?? 1);
    return count > 0 ? [{ first, last: first + count - 1 }] : [];
  });
}
