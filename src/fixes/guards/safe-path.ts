import type { Refusal } from '../refusal.ts';

/** Longest path and longest name in it, in bytes, as common file systems have them. */
const PATH_MAX_BYTES = 4095;
const NAME_MAX_BYTES = 255;

/**
 * Why `path` is not a plain path inside a repository, or null. Refuses what git itself refuses
 * (`verify_path`), and what Windows or macOS would read as something else: `.git` in disguise, drive letters,
 * streams, trailing dots.
 */
export function unsafePath(path: string): Refusal | null {
  const reason = problemOf(path);
  return reason === null ? null : { rule: 'path.unsafe', reason: `the patch names a path that ${reason}` };
}

function problemOf(path: string): string | null {
  if (path === '' || path.startsWith('/')) return 'is not relative to the repository';
  if (Buffer.byteLength(path) > PATH_MAX_BYTES) return 'is too long';
  if (path.includes('\\')) return 'holds a backslash';
  if (path.includes(':')) return 'holds a colon';
  if (hasHiddenCharacter(path)) return 'holds a control or invisible character';
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') return 'leaves its folder or repeats a slash';
    if (Buffer.byteLength(name) > NAME_MAX_BYTES) return 'is too long';
    if (name.endsWith('.') || name.endsWith(' ')) return 'has a name that ends in a dot or a space';
    if (/^(?:\.git|git~[0-9]+)$/i.test(name)) return 'lies inside .git';
  }
  return null;
}

/** Control, format (zero width, direction) and private characters, and halves of surrogate pairs. */
function hasHiddenCharacter(path: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/u.test(path);
}
