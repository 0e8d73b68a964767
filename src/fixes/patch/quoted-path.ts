import { PatchError } from './types.ts';

/** Escapes of a path in quotes, as `git diff` writes them (git's quote.c); octal ones are bytes of UTF-8. */
const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};

/**
 * The path of a `---` or `+++` line, without prefix; null for `/dev/null`.
 * @param field what follows `--- ` or `+++ `; a tab ends the path
 * @param prefix `a/` or `b/`, which must be there
 * @throws PatchError `patch.malformed`
 */
export function headerPath(field: string, prefix: 'a/' | 'b/'): string | null {
  const text = field.startsWith('"') ? unquote(field) : (field.split('\t')[0] ?? '').replace(/\r$/, '');
  if (text === '/dev/null') return null;
  if (!text.startsWith(prefix) || text.length === prefix.length) {
    throw new PatchError('patch.malformed', `a file name in the patch does not start with ${prefix}`);
  }
  return text.slice(prefix.length);
}

function unquote(field: string): string {
  const bytes: number[] = [];
  let at = 1;
  for (; at < field.length && field[at] !== '"'; at++) {
    const character = field[at] ?? '';
    if (character !== '\\') {
      bytes.push(...Buffer.from(String.fromCodePoint(field.codePointAt(at) ?? 0), 'utf8'));
      if ((field.codePointAt(at) ?? 0) > 0xffff) at++;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(field.slice(at + 1, at + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8));
      at += 3;
      continue;
    }
    const escaped = ESCAPES[field[at + 1] ?? ''];
    if (escaped === undefined)
      throw new PatchError('patch.malformed', 'a quoted file name has an unknown escape');
    bytes.push(escaped);
    at++;
  }
  if (field[at] !== '"') throw new PatchError('patch.malformed', 'a quoted file name does not end');
  return Buffer.from(bytes).toString('utf8');
}
