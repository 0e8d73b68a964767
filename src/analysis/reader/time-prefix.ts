const ZERO = 0x30;
const { length: LENGTH } = '2026-11-02T09:14:07';
const [DASH, TEE, COLON, DOT, ZED, SPACE, TAB] = [0x2d, 0x54, 0x3a, 0x2e, 0x5a, 0x20, 0x09];

/** Most digits of a fraction of a second, and longest job or step name, in bytes. */
const FRACTION_MAX = 9;
const NAME_MAX = 200;

/**
 * Where the text of a line begins, after what an Actions job log (`2026-11-02T09:14:07.0000000Z `) or GitLab
 * (the same, then `00O `) puts before it; `from` when there is no such thing.
 */
export function afterTime(bytes: Buffer, from: number): number {
  const isTime =
    bytes[from + 4] === DASH &&
    bytes[from + 7] === DASH &&
    bytes[from + 10] === TEE &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    areDigits(bytes, from) &&
    areDigits(bytes, from + 2) &&
    areDigits(bytes, from + 5) &&
    areDigits(bytes, from + 8) &&
    areDigits(bytes, from + 11) &&
    areDigits(bytes, from + 14) &&
    areDigits(bytes, from + 17);
  if (!isTime) return from;
  let at = from + LENGTH;
  if (bytes[at] === DOT) {
    const dot = at++;
    while (at - dot <= FRACTION_MAX && isDigit(bytes[at] ?? 0)) at++;
    if (at === dot + 1) return from;
  }
  if (bytes[at] !== ZED) return from;
  at = bytes[at + 1] === SPACE ? at + 2 : at + 1;
  return isGitlabStream(bytes, at) ? at + 4 : at;
}

/** Where the time begins after the `job<TAB>step<TAB>` of `gh run view --log`; -1 where there is no such thing. */
export function afterNames(bytes: Buffer, from: number): number {
  const first = tabAfter(bytes, from);
  const second = first === -1 ? -1 : tabAfter(bytes, first + 1);
  return second === -1 ? -1 : second + 1;
}

function tabAfter(bytes: Buffer, from: number): number {
  for (let at = from; at - from <= NAME_MAX; at++) {
    if (bytes[at] === TAB) return at > from ? at : -1;
    if (bytes[at] === 0x0a || bytes[at] === undefined) return -1;
  }
  return -1;
}

function isGitlabStream(bytes: Buffer, at: number): boolean {
  const kind = bytes[at + 2];
  const end = bytes[at + 3];
  return (kind === 0x4f || kind === 0x45) && (end === SPACE || end === 0x2b) && areDigits(bytes, at);
}

function areDigits(bytes: Buffer, at: number): boolean {
  return isDigit(bytes[at] ?? 0) && isDigit(bytes[at + 1] ?? 0);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
