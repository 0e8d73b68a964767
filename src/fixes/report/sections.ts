/** GitHub's limit for the summary and the text of a check run's output, in bytes to be safe. */
export const OUTPUT_MAX_BYTES = 65_535;

/**
 * Joins sections with blank lines as long as they fit; what does not is left out whole, so that no fence is
 * ever cut, and counted in a last line.
 *
 * @param maxBytes default {@link OUTPUT_MAX_BYTES}
 */
export function joinSections(
  sections: readonly string[],
  leftOut: (count: number) => string,
  maxBytes: number = OUTPUT_MAX_BYTES,
): string {
  const reserve = Buffer.byteLength(leftOut(sections.length)) + 2;
  const kept: string[] = [];
  let size = 0;
  let missing = 0;
  for (const section of sections) {
    const bytes = Buffer.byteLength(section) + 2;
    if (size + bytes + reserve > maxBytes) {
      missing++;
      continue;
    }
    kept.push(section);
    size += bytes;
  }
  if (missing > 0) kept.push(leftOut(missing));
  return kept.join('\n\n');
}
