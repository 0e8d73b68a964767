import { createHash } from 'node:crypto';
import { reversePatch } from './reverse.ts';
import type { FilePatch, Patch } from './types.ts';

/** Lines that are replaced together. */
interface Change {
  removed: string[];
  added: string[];
}

/** Hex digest of what a patch changes: independent of line numbers, context and the order of files. */
export function patchDigest(patch: Patch): string {
  const files = patch
    .map((file) => JSON.stringify([file.oldPath, file.newPath, changesOf(file)]))
    .sort()
    .join('\n');
  return createHash('sha256').update(files).digest('hex');
}

/** Digest of the patch that would undo `patch`. */
export function reverseDigest(patch: Patch): string {
  return patchDigest(reversePatch(patch));
}

function changesOf(file: FilePatch): Change[] {
  const changes: Change[] = [];
  for (const hunk of file.hunks) {
    let open: Change | null = null;
    for (const line of hunk.lines) {
      if (line.kind === 'context') {
        open = null;
        continue;
      }
      if (!open) {
        open = { removed: [], added: [] };
        changes.push(open);
      }
      open[line.kind].push(line.text);
    }
  }
  return changes;
}
