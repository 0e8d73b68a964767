/**
 * The candidate with the smallest edit distance to `word`; the first of equals.
 * @param candidates at least one
 */
export function nearest(word: string, candidates: readonly string[]): string {
  let best = candidates[0] ?? '';
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance; both texts are cut at 100 characters. */
function editDistance(from: string, to: string): number {
  const target = to.slice(0, 100);
  let row = Array.from({ length: target.length + 1 }, (_, column) => column);
  for (const [index, character] of Array.from(from.slice(0, 100)).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= target.length; column++) {
      const substitution = (row[column - 1] ?? 0) + (character === target[column - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[target.length] ?? 0;
}
