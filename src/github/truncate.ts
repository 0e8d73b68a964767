const MARK = '\n\n… (cut: longer than GitHub takes)';

/** `text` within `limit` bytes of UTF-8, cut at a character and marked where something is missing. */
export function truncateUtf8(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit - Buffer.byteLength(MARK);
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + MARK;
}
