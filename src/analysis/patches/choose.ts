import type { DialectResult } from './dialect.ts';
import { type FileDiff, formatUnified } from './file-diff.ts';

/** A patch that the log proves, and whose words they are. */
export interface ProvenPatch {
  tool: string;
  files: FileDiff[];
  /** Null when something about it forbids applying it; the finding stands all the same. */
  patch: string | null;
  cause: { line: number; text: string };
}

/** Largest patch, in bytes. */
const PATCH_LIMIT_BYTES = 1024 * 1024;

/** What no log may ask to have changed: what runs in CI, who owns what, and git's own files. */
const PROTECTED = /^(?:\.github\/|\.git(?:\/|modules$|attributes$)|(?:.*\/)?CODEOWNERS$)/i;

/**
 * The patch of the first tool in the log that proves one. Two tools' diffs of one file do not add up, so they are
 * never joined; the other's turn comes with the next run.
 */
export function choosePatch(results: readonly DialectResult[]): ProvenPatch | null {
  const [first] = results
    .filter((result) => result.proven && result.files.length > 0)
    .toSorted((a, b) => (a.files[0]?.line ?? 0) - (b.files[0]?.line ?? 0));
  if (!first) return null;
  const { tool, files, damaged, cause } = first;
  return {
    tool,
    files,
    patch: damaged || !files.every(isApplicable) || overlaps(files) ? null : limited(formatUnified(files)),
    cause: cause ?? { line: files[0]?.line ?? 1, text: tool },
  };
}

function isApplicable({ path, hunks }: FileDiff): boolean {
  return path !== null && hunks.length > 0 && !PROTECTED.test(path) && !hasControls(path);
}

function hasControls(path: string): boolean {
  return Array.from(path).some((character) => (character.codePointAt(0) ?? 0) < 0x20);
}

/** One file changed twice by different diffs: which of them holds cannot be told. */
function overlaps(files: readonly FileDiff[]): boolean {
  const texts = new Map<string | null, string>();
  for (const file of files) {
    const text = JSON.stringify(file.hunks);
    const known = texts.get(file.path);
    if (known !== undefined && known !== text) return true;
    texts.set(file.path, text);
  }
  return false;
}

function limited(patch: string): string | null {
  return Buffer.byteLength(patch) <= PATCH_LIMIT_BYTES ? patch : null;
}
