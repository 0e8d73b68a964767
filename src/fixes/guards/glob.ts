/** Wildcard matching in time proportional to the product of both lengths: no regular expression, no recursion. */
function wildcard<Item>(
  pattern: readonly Item[],
  input: readonly Item[],
  isStar: (item: Item) => boolean,
  fits: (pattern: Item, input: Item) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < input.length; ) {
    const wanted = pattern[at];
    const given = input[index];
    if (wanted !== undefined && isStar(wanted)) {
      star = at++;
      resume = index;
    } else if (wanted !== undefined && given !== undefined && fits(wanted, given)) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every(isStar);
}

function matchText(pattern: string, text: string): boolean {
  return wildcard(
    Array.from(pattern),
    Array.from(text),
    (item) => item === '*',
    (wanted, given) => wanted === '?' || wanted === given,
  );
}

/** Does `name` fit `pattern`? `*` is any text, `?` one character; letter case does not count. */
export function matchesName(pattern: string, name: string): boolean {
  return matchText(pattern.toLowerCase(), name.toLowerCase());
}

/**
 * Does the path, or a folder that it lies in, fit the pattern? `*` and `?` stay within one name, `**` is any
 * number of folders, a pattern without a slash (but at its end) fits in every folder. Letter case and the way in
 * which a character is composed do not count: file systems exist where they do not.
 */
export function matchesPath(pattern: string, path: string): boolean {
  return [lower, folded].some((plain) => matchesPlain(plain(pattern), plain(path)));
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** Alike for all that a file system may take for one name, e.g. `\u017f` and `s`; it may be longer than the text. */
function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase();
}

function matchesPlain(pattern: string, path: string): boolean {
  const names = pattern.split('/').filter((part) => part !== '');
  const anchored = names.length > 1 || pattern.startsWith('/');
  const wanted = anchored ? names : ['**', ...names];
  return wildcard(
    [...wanted, '**'],
    path.split('/'),
    (part) => part === '**',
    (part, name) => matchText(part, name),
  );
}
