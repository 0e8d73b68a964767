/** Longest part of a line that is looked at, in bytes; the rest is dropped with a mark. */
export const LINE_LIMIT_BYTES = 64 * 1024;

const LINE_FEED = 0x0a;

/** Takes bytes of whole lines; each line ends in a line feed. Valid only during the call. */
export type BlockVisitor = (block: Buffer, cut: boolean) => void;

/**
 * Cuts a stream of bytes into blocks of whole lines, without a copy but for lines that lie across two chunks. Memory
 * does not grow with the log, nor with a line: what goes past {@link LINE_LIMIT_BYTES} is counted, not kept.
 */
export class LineBlocks {
  #bytes = 0;
  #parts: Buffer[] = [];
  #size = 0;
  #cut = false;

  /** Bytes seen so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Calls `visit` for the lines that `chunk` completes. */
  push(chunk: Uint8Array, visit: BlockVisitor): void {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes += buffer.length;
    const last = buffer.lastIndexOf(LINE_FEED);
    if (last === -1) {
      this.#keep(buffer);
      return;
    }
    let from = 0;
    if (this.#size > 0) {
      from = buffer.indexOf(LINE_FEED) + 1;
      this.#keep(buffer.subarray(0, from - 1));
      this.#flush(visit);
    }
    if (last >= from)
      visit(from === 0 && last === buffer.length - 1 ? buffer : buffer.subarray(from, last + 1), false);
    this.#keep(buffer.subarray(last + 1));
  }

  /** Calls `visit` for a last line without a line feed. */
  end(visit: BlockVisitor): void {
    if (this.#size > 0) this.#flush(visit);
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

  #flush(visit: BlockVisitor): void {
    const cut = this.#cut;
    const block = Buffer.concat([...this.#parts, Buffer.of(LINE_FEED)], this.#size + 1);
    this.#parts = [];
    this.#size = 0;
    this.#cut = false;
    visit(block, cut);
  }
}
