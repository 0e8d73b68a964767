import { Automaton } from './automaton.ts';
import { type CleanLine, cleanText } from './clean.ts';
import { LINE_LIMIT_BYTES } from './line-blocks.ts';
import { afterNames, afterTime } from './time-prefix.ts';

/** Text at the end of a line that was cut. */
export const CUT_MARK = ' …[cut]';

/** Texts that ask for cleaning beside control characters: colours as text, Buildkite's times, byte order marks, `gh run view --log`. */
const DIRT = ['^[[', '\n_bk;', '\n\ufeff', '\t20', '\t\ufeff20'];

const { LOOK, STATE } = Automaton;
const [LINE_FEED, RETURN] = [0x0a, 0x0d];

/** What a scan looks for. */
export class Needles {
  readonly automaton: Automaton;

  /** @param texts a line that holds none of them is passed over; a line feed at the front means the beginning of a line */
  constructor(texts: readonly string[]) {
    this.automaton = new Automaton([...DIRT, ...texts]);
  }
}

/** Takes a line and the indexes of the texts in it; an index may come twice. */
export type LineVisitor = (line: CleanLine, found: readonly number[]) => void;

/** Finds the lines of blocks that hold one of many texts; others are counted, and never made strings. */
export class LineScanner {
  readonly #automaton: Automaton;
  readonly #visit: LineVisitor;
  readonly #found: number[] = [];
  #lines = 0;
  /** The log has `job<TAB>step<TAB>` before each time. */
  #named = false;
  #dirty = false;
  /** While set, every line is shown. */
  everyLine = false;

  constructor({ automaton }: Needles, visit: LineVisitor) {
    this.#automaton = automaton;
    this.#visit = visit;
  }

  /** Lines seen so far. */
  get lines(): number {
    return this.#lines;
  }

  /** @param block whole lines, each with its line feed */
  scan(block: Buffer, cut: boolean): void {
    const { classes, table, lineStart } = this.#automaton;
    let start = 0;
    let from = this.#textStart(block, 0);
    let state = lineStart;
    for (let at = from; at < block.length; ) {
      const byte = block[at++] ?? 0;
      state = table[(state & STATE) + (classes[byte] ?? 0)] ?? 0;
      if (state < LOOK) continue;
      if (byte === LINE_FEED) {
        this.#lines += 1;
        if (this.#dirty || this.everyLine || this.#found.length > 0) {
          // Cleaning begins where the line does: it knows more about what may stand before the text.
          this.#show(block, this.#dirty ? start : from, at - 1, cut);
        }
        start = at;
        from = this.#textStart(block, at);
        at = from;
      } else this.#note(state & STATE, byte, block[at]);
    }
  }

  #textStart(block: Buffer, from: number): number {
    const named = this.#named ? afterNames(block, from) : -1;
    return afterTime(block, named === -1 ? from : named);
  }

  #note(state: number, byte: number, next: number | undefined): void {
    const ends = this.#automaton.ends.get(state);
    if (!ends) {
      // A return before the line feed is how some systems end a line.
      if (byte !== RETURN || next !== LINE_FEED) this.#dirty = true;
      return;
    }
    for (const index of ends) {
      if (index >= DIRT.length) this.#found.push(index - DIRT.length);
      else this.#dirty = true;
    }
  }

  #show(block: Buffer, from: number, lineFeed: number, alreadyCut: boolean): void {
    const tooLong = lineFeed - from > LINE_LIMIT_BYTES;
    const end = tooLong ? from + LINE_LIMIT_BYTES : block[lineFeed - 1] === RETURN ? lineFeed - 1 : lineFeed;
    let bytes = block.toString('latin1', from, Math.max(from, end));
    if (this.#dirty) {
      this.#named ||= hasNames(block, from);
      bytes = cleanText(bytes);
      this.#search(bytes);
    }
    const cut = alreadyCut || tooLong;
    if (this.everyLine || this.#found.length > 0) {
      this.#visit({ line: this.#lines, text: decode(bytes) + (cut ? CUT_MARK : ''), cut }, this.#found);
    }
    this.#found.length = 0;
    this.#dirty = false;
  }

  /** What the bytes did not show while escapes lay between them. */
  #search(bytes: string): void {
    const { classes, table, lineStart } = this.#automaton;
    this.#found.length = 0;
    let state = lineStart;
    for (let at = 0; at < bytes.length; at++) {
      state = table[(state & STATE) + (classes[bytes.charCodeAt(at)] ?? 0)] ?? 0;
      if (state >= LOOK) this.#note(state & STATE, RETURN, LINE_FEED);
    }
  }
}

function hasNames(block: Buffer, from: number): boolean {
  const time = afterNames(block, from);
  return time !== -1 && afterTime(block, time) > time;
}

/** Text of bytes that were read as Latin-1; what is no UTF-8 becomes U+FFFD. */
function decode(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}
