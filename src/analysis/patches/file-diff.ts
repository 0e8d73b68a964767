import type { Hunk } from './hunk.ts';

/** Most lines of diff that one log may hold before nothing of it is taken. */
export const DIFF_LINES_MAX = 20_000;

/** What one tool wants to change in one file. */
export interface FileDiff {
  /** The repository's path, or null for one that cannot be tied to the tree. */
  path: string | null;
  hunks: Hunk[];
  /** Created or deleted files have no other side. */
  kind: 'change' | 'create' | 'delete';
  /** Git's `index` line, where the log has one: it names the file before and after by their content. */
  index?: string;
  /** Line of the log, 1-based, where it begins. */
  line: number;
}

/** One unified diff, ending in a newline. Files in the order of the log; the same diff twice counts once. */
export function formatUnified(files: readonly FileDiff[]): string {
  const seen = new Set<string>();
  const texts: string[] = [];
  for (const file of files) {
    const text = formatFile(file);
    if (!seen.has(text)) texts.push(text);
    seen.add(text);
  }
  return texts.join('');
}

function formatFile({ path, kind, hunks, index }: FileDiff): string {
  const head = [`diff --git a/${path} b/${path}`];
  if (kind === 'create') head.push('new file mode 100644');
  if (kind === 'delete') head.push('deleted file mode 100644');
  if (index !== undefined) head.push(index);
  head.push(kind === 'create' ? '--- /dev/null' : `--- a/${path}`);
  head.push(kind === 'delete' ? '+++ /dev/null' : `+++ b/${path}`);
  const body = hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldCount)} +${range(hunk.newStart, hunk.newCount)} @@`,
    ...hunk.lines,
  ]);
  return `${[...head, ...body].join('\n')}\n`;
}

function range(start: number, count: number): string {
  return count === 1 ? String(start) : `${start},${count}`;
}
