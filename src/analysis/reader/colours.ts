const [ESCAPE, BRACKET, CARET, SPACE, DELETE] = [0x1b, 0x5b, 0x5e, 0x20, 0x7f];
const [PARAMETER_MIN, FINAL_MIN, FINAL_MAX, PARAMETERS_MAX] = [0x30, 0x40, 0x7e, 64];

/** First bytes of what stands at the beginning of a line and is no text: a byte order mark, Buildkite's times. */
const [MARK, UNDERSCORE] = [0xef, 0x5f];

/**
 * Copies a line to `target` without its colours, from behind its time on, and returns how long it is then; -1 where it
 * holds anything else that has to be taken out. What is copied is what `cleanText` gives, which reads such lines too,
 * but takes ten times as long.
 */
export function copyWithoutColours(block: Buffer, from: number, end: number, target: Buffer): number {
  if (block[from] === MARK || block[from] === UNDERSCORE) return -1;
  let length = 0;
  for (let at = from; at < end; ) {
    const byte = block[at++] ?? 0;
    if (byte === ESCAPE) {
      at = afterSequence(block, at, end);
      if (at === -1) return -1;
    } else {
      if (byte < SPACE || byte === DELETE || (byte === CARET && block[at] === BRACKET)) return -1;
      target[length++] = byte;
    }
  }
  return length;
}

/** Where the text goes on after `ESC [ 1;31 m`, of which the escape was read; -1 where it is another sequence. */
function afterSequence(block: Buffer, from: number, end: number): number {
  if (block[from] !== BRACKET) return -1;
  for (let at = from + 1; at < end && at <= from + 1 + PARAMETERS_MAX; at++) {
    const byte = block[at] ?? 0;
    if (byte >= FINAL_MIN && byte <= FINAL_MAX) return at + 1;
    if (byte < PARAMETER_MIN || byte > FINAL_MAX) return -1;
  }
  return -1;
}
