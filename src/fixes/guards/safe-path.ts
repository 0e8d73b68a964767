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

/** Refuses two paths that are one, or one in the other, where letter case or the form of accents does not count. */
export function collidingPaths(paths: readonly string[]): Refusal | null {
  // With the slash as the least character, what lies in a path comes right behind it.
  const sorted = paths.map((path) => ({ path, key: `${folded(path).replaceAll('/', '\0')}\0` }));
  sorted.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  for (const [i, { path, key }] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before && before.path !== path && key.startsWith(before.key)) {
      return {
        rule: 'path.unsafe',
        reason: `the patch names ${before.path} and ${path}, which may be one file`,
      };
    }
  }
  return null;
}

/** By way of capitals: some letters have only one of the two. */
function folded(path: string): string {
  return path.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
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
    if (/[.\s]$/.test(name)) return 'has a name that ends in a dot or a space';
    if (SHORT_NAME.test(name)) return 'has a name that Windows may read as the short one of another';
    if (/^(?:\.git|git~[0-9]+)$/i.test(name)) return 'lies inside .git';
  }
  return null;
}

/** Such as `GITHUB~1` for `.github`. */
const SHORT_NAME = /^[^.~]{1,7}~\d{1,6}(?:\.[^.]{0,3})?$/;

/**
 * Control, format (zero width, direction) and private characters, halves of surrogate pairs, line and paragraph
 * separators, and what is shown as nothing.
 */
function hasHiddenCharacter(path: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffd]/u.test(path);
}
