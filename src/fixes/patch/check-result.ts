import { createHash } from 'node:crypto';
import { type FilePatch, PatchError } from './types.ts';

/**
 * Checks what a patch made against the hash that git printed with it: a log may have lost what a terminal does not
 * show (control characters, a character set), and an added line has nothing to be compared with. Where the file was
 * another one when git looked at it, there is nothing to compare.
 * @throws PatchError `patch.encoding`
 */
export function checkResult({ blobs }: FilePatch, before: Buffer | null, after: Buffer | null): void {
  if (!blobs || !names(blobs.before, before) || names(blobs.after, after)) return;
  throw new PatchError(
    'patch.encoding',
    'the log does not show the change as it was: the result has another hash',
  );
}

/** Whether a content's hash begins so. Source: git-hash-object, of a blob. */
function names(abbreviated: string, content: Buffer | null): boolean {
  if (content === null) return /^0+$/.test(abbreviated);
  const algorithm = abbreviated.length > 40 ? 'sha256' : 'sha1';
  const hash = createHash(algorithm).update(`blob ${content.length}\0`).update(content).digest('hex');
  return hash.startsWith(abbreviated);
}
