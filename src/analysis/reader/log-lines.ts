/** Longest part of a line that is looked at, in bytes; the rest is dropped with a mark. */
export const LINE_LIMIT_BYTES = 64 * 1024;

/** Text at the end of a line that was cut. */
export const CUT_MARK = ' …[cut]';

/** A line of the log as given: number (1-based) and text without its line feed. */
export interface RawLine {
  line: number;
  text: string;
  /** True when the line was longer than what is kept. */
  cut: boolean;
}

const LINE_FEED = 0x0a;

/**
 * Splits a stream of bytes into lines. Memory does not grow with the log, nor with a line: what goes past
 * {@link LINE_LIMIT_BYTES} is counted, not kept. Bytes that are no UTF-8 become U+FFFD.
 */
export class LogLines {
  #bytes = 0;
  #lines = 0;
  #parts: Buffer[] = [];
  #size = 0;
  #cut = false;

  /** Bytes and lines seen so far. */
  get stats(): { lines: number; bytes: number } {
    return { lines: this.#lines, bytes: this.#bytes };
  }

  /** Calls `visit` for each line that `chunk` completes. */
  push(chunk: Uint8Array, visit: (line: RawLine) => void): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes += buffer.length;
    let from = 0;
    for (let end = buffer.indexOf(LINE_FEED); end !== -1; end = buffer.indexOf(LINE_FEED, from)) {
      this.#keep(buffer.subarray(from, end));
      visit(this.#take());
      from = end + 1;
    }
    if (from < buffer.length) this.#keep(buffer.subarray(from));
  }

  /** Calls `visit` for a last line without a line feed. */
  end(visit: (line: RawLine) => void): void {
    if (this.#size > 0 || this.#cut) visit(this.#take());
  }

  #keep(part: Buffer): void {
    const room = LINE_LIMIT_BYTES - this.#size;
    if (part.length > room) this.#cut = true;
    if (room <= 0 || part.length === 0) return;
    // A copy: the chunk's memory belongs to whoever reads the stream.
    const kept = Buffer.from(part.subarray(0, room));
    this.#parts.push(kept);
    this.#size += kept.length;
  }

  #take(): RawLine {
    const [first] = this.#parts;
    const bytes = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts, this.#size);
    const cut = this.#cut;
    this.#parts = [];
    this.#size = 0;
    this.#cut = false;
    this.#lines += 1;
    return { line: this.#lines, text: bytes.toString('utf8') + (cut ? CUT_MARK : ''), cut };
  }
}
