/** Bytes that a hash is made of, bits that each moves it on, and bits of it that are kept. */
const WINDOW = 4;
const SHIFT = WINDOW;
const BITS = WINDOW * SHIFT;

/**
 * What logs are full of: bytes, from the one seen most often on, and words. Only a matter of speed: a text is better
 * recognised by other bytes. Counted in the logs of real jobs.
 */
const FREQUENT = Buffer.from(' eaotnrs/.icplm-gd1uv:2h0\n3[b4jB7f56]K8y9kwINFOx(DT)_SRCE,A#MP="%LU\'G|zH>qJ');
const COMMON = Buffer.from(
  ' Test testing tests _test build directory repository registry file files until with this work workflow ' +
    'valid validate service Server package packages format platform performance Java cannot not Read execute version: ' +
    'location: Request required requires resolve resolved saved lint dependency after distributed spec List Content ' +
    'initialize locally py:: by found module modules download application Connect checked bundle should \n##[group]##[error]',
);

const [LINE_FEED, SPACE, DELETE] = [0x0a, 0x20, 0x7f];

/** A text that is in the line if all its bytes are where its rarest four are. */
interface Suspect {
  /** Without the line feed. */
  bytes: Buffer;
  /** It is one only at the beginning of a line. */
  first: boolean;
  /** Bytes from its beginning to the last of its rarest four. */
  reach: number;
}

/**
 * Says of most lines without any of many texts that there is none, for a fraction of what a search costs: the four
 * rarest bytes in a row of each text stand for it, and a table says of the last four bytes read whether they do so for
 * any. Where they do, the text is compared. A line feed at the front of a text means the beginning of a line.
 */
export class TextFilter {
  /** Of each hash, which of {@link #suspects} may end in it, plus one; 0 is none. */
  readonly #table = new Uint16Array(1 << BITS);
  readonly #suspects: Suspect[][] = [];
  /** Of the last bytes that were read. */
  #hash = 0;

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const bytes = Buffer.from(text);
      const end = endOfRarest(bytes);
      const first = bytes[0] === LINE_FEED;
      const suspect = { bytes: first ? bytes.subarray(1) : bytes, first, reach: end - 1 - (first ? 1 : 0) };
      const known = bytes.subarray(Math.max(0, end - WINDOW), end);
      const hash = known.reduce(nextHash, 0);
      // Whatever stands before a text that is shorter than the window.
      const step = 1 << (known.length * SHIFT);
      for (let before = 0; before < 1 << BITS; before += step) this.#add(hash ^ before, suspect);
    }
  }

  /** Call before the first byte of a line. */
  begin(): void {
    this.#hash = LINE_FEED;
  }

  /**
   * Reads on from `at` to a byte that one of the texts may have come to, or that is no printable ASCII, and returns
   * where that is: the length of the block if there is none. A method of its own with nothing else in it, since it
   * sees every byte: among other code the compiler's loop takes twice as long.
   */
  next(block: Buffer, from: number): number {
    const table = this.#table;
    let hash = this.#hash;
    let at = from;
    for (; at < block.length; at++) {
      const byte = block[at] ?? 0;
      hash = nextHash(hash, byte);
      if (table[hash] !== 0 || byte < SPACE || byte >= DELETE) break;
    }
    this.#hash = hash;
    return at;
  }

  /** Whether one of the texts is in the line that begins at `from`, where {@link next} has come to. */
  confirms(block: Buffer, from: number, at: number): boolean {
    const suspects = this.#suspects[(this.#table[this.#hash] ?? 0) - 1];
    if (!suspects) return false;
    for (const { bytes, first, reach } of suspects) {
      const start = at - reach;
      if ((first ? start === from : start >= from) && holdsAt(block, start, bytes)) return true;
    }
    return false;
  }

  #add(hash: number, suspect: Suspect): void {
    const known = this.#suspects[(this.#table[hash] ?? 0) - 1];
    if (known) known.push(suspect);
    else this.#table[hash] = this.#suspects.push([suspect]);
  }
}

/** The hash of the last four bytes, from that of the four before the last. */
function nextHash(hash: number, byte: number): number {
  return ((hash << SHIFT) ^ byte) & ((1 << BITS) - 1);
}

function holdsAt(block: Buffer, start: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if (block[start + at] !== bytes[at]) return false;
  return true;
}

/** Where the rarest bytes in a row end. */
function endOfRarest(bytes: Buffer): number {
  let [best, rarest] = [Math.min(WINDOW, bytes.length), -1];
  for (let end = best; end <= bytes.length; end++) {
    const rarity = rarityOf(bytes.subarray(Math.max(0, end - WINDOW), end));
    if (rarity > rarest) [best, rarest] = [end, rarity];
  }
  return best;
}

function rarityOf(bytes: Buffer): number {
  if (COMMON.includes(bytes)) return 0;
  return bytes.reduce(
    (sum, byte) => sum + (FREQUENT.includes(byte) ? FREQUENT.indexOf(byte) : FREQUENT.length),
    0,
  );
}
