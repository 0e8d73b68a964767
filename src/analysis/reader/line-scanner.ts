import { Automaton } from './automaton.ts';
import { type CleanLine, cleanText } from './clean.ts';
import { copyWithoutColours } from './colours.ts';
import { LINE_LIMIT_BYTES } from './line-blocks.ts';
import { TextFilter } from './text-filter.ts';
import { afterNames, afterTime } from './time-prefix.ts';

/** Text at the end of a line that was cut. */
export const CUT_MARK = ' …[cut]';

/** Texts that ask for cleaning beside control characters: colours as text, Buildkite's times, byte order marks, `gh run view --log`. */
const DIRT = ['^[[', '\n_bk;', '\n\ufeff', '\t20', '\t\ufeff20'];

const { LOOK, STATE } = Automaton;
const [TAB, LINE_FEED, RETURN, SPACE, DELETE] = [0x09, 0x0a, 0x0d, 0x20, 0x7f];

/** Bytes of the clean line. */
const CLEAN = Buffer.alloc(LINE_LIMIT_BYTES + 1);

/** What a scan looks for. */
export class Needles {
  readonly automaton: Automaton;
  readonly filter: TextFilter;

  /** @param texts a line that holds none of them is passed over; a line feed at the front means the beginning of a line */
  constructor(texts: readonly string[]) {
    this.automaton = new Automaton([...DIRT, ...texts]);
    this.filter = new TextFilter([...DIRT, ...texts]);
  }
}

/** Takes a line and the indexes of the texts in it; an index may come twice. */
export type LineVisitor = (line: CleanLine, found: readonly number[]) => void;

/** Finds the lines of blocks that hold one of many texts; others are counted, and never made strings. */
export class LineScanner {
  readonly #automaton: Automaton;
  readonly #filter: TextFilter;
  readonly #visit: LineVisitor;
  readonly #found: number[] = [];
  #lines = 0;
  /** The log has `job<TAB>step<TAB>` before each time. */
  #named = false;
  #dirty = false;
  /** While set, every line is shown. */
  everyLine = false;

  constructor({ automaton, filter }: Needles, visit: LineVisitor) {
    this.#automaton = automaton;
    this.#filter = filter;
    this.#visit = visit;
  }

  /** Lines seen so far. */
  get lines(): number {
    return this.#lines;
  }

  /** @param block whole lines, each with its line feed */
  scan(block: Buffer, cut: boolean): void {
    for (let start = 0; start < block.length; ) {
      const from = this.#textStart(block, start);
      const end = this.#look(block, from);
      this.#lines += 1;
      if (this.#dirty || this.everyLine || this.#found.length > 0) {
        this.#show(block, start, from, end, cut);
      }
      start = end + 1;
    }
  }

  /** Looks for reasons to show a line; returns where its line feed is. */
  #look(block: Buffer, from: number): number {
    const filter = this.#filter;
    filter.begin();
    for (let at = filter.next(block, from); at < block.length; at = filter.next(block, at + 1)) {
      const byte = block[at] ?? 0;
      if (byte === LINE_FEED) return at;
      if (isControl(byte) && !(byte === RETURN && block[at + 1] === LINE_FEED)) {
        // All else that there is to know of the line is known when it is clean.
        this.#dirty = true;
        return block.indexOf(LINE_FEED, at);
      }
      if (filter.confirms(block, from, at)) return this.#search(block, from);
    }
    return block.length;
  }

  #textStart(block: Buffer, from: number): number {
    const named = this.#named ? afterNames(block, from) : -1;
    return afterTime(block, named === -1 ? from : named);
  }

  /** Notes all texts in a line, in the order in which they end; returns where its line feed is. */
  #search(block: Buffer, from: number): number {
    const { classes, table, lineStart } = this.#automaton;
    let state = lineStart;
    for (let at = from; at < block.length; at++) {
      const byte = block[at] ?? 0;
      state = table[(state & STATE) + (classes[byte] ?? 0)] ?? 0;
      if (state < LOOK) continue;
      if (byte === LINE_FEED) return at;
      this.#note(state & STATE, byte, block[at + 1]);
    }
    return block.length;
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

  #show(block: Buffer, start: number, from: number, lineFeed: number, alreadyCut: boolean): void {
    // Cleaning begins where the line does: it knows more about what may stand before the text.
    const first = this.#dirty ? start : from;
    const tooLong = lineFeed - first > LINE_LIMIT_BYTES;
    const last = tooLong
      ? first + LINE_LIMIT_BYTES
      : block[lineFeed - 1] === RETURN
        ? lineFeed - 1
        : lineFeed;
    const end = Math.max(first, last);
    const cut = alreadyCut || tooLong;
    if (this.#dirty) this.#showClean(this.#clean(block, start, from, end), cut);
    else this.#visitText(block, from, end, cut);
    this.#found.length = 0;
    this.#dirty = false;
  }

  /** Cleans a line into {@link CLEAN}; returns its length there. */
  #clean(block: Buffer, start: number, from: number, end: number): number {
    const length = this.#named ? -1 : copyWithoutColours(block, from, end, CLEAN);
    if (length !== -1) return length;
    this.#named ||= hasNames(block, start);
    return CLEAN.write(cleanText(block.toString('latin1', start, end)), 'latin1');
  }

  /** Shows a line that something was taken out of, if it holds a text now. */
  #showClean(length: number, cut: boolean): void {
    CLEAN[length] = LINE_FEED;
    this.#found.length = 0;
    this.#look(CLEAN, 0);
    if (this.everyLine || this.#found.length > 0) this.#visitText(CLEAN, 0, length, cut);
  }

  #visitText(block: Buffer, from: number, end: number, cut: boolean): void {
    const text = block.toString('utf8', from, end);
    this.#visit({ line: this.#lines, text: cut ? text + CUT_MARK : text, cut }, this.#found);
  }
}

function hasNames(block: Buffer, from: number): boolean {
  const time = afterNames(block, from);
  return time !== -1 && afterTime(block, time) > time;
}

/** Control characters but the tab. */
function isControl(byte: number): boolean {
  return (byte < SPACE && byte !== TAB) || byte === DELETE;
}
