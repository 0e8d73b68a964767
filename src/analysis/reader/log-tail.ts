import { cleanText } from './clean.ts';

/** Bytes at the end of a log that are kept. */
const TAIL_BYTES = 8 * 1024;

/** The last lines of a log, for one whose other lines say nothing. */
export class LogTail {
  #bytes: Buffer = Buffer.alloc(0);

  /** @param block whole lines, each with its line feed */
  push(block: Buffer): void {
    const bytes = block.length < TAIL_BYTES ? Buffer.concat([this.#bytes, block]) : block;
    // A copy: the block's memory is another's.
    this.#bytes = Buffer.from(bytes.subarray(-TAIL_BYTES));
  }

  /** The last line that is one by `isOne`, cleaned; `back` lines before the last. */
  findLast(isOne: (text: string) => boolean): { text: string; back: number } | null {
    const lines = this.#bytes.toString('utf8').split('\n').slice(0, -1).toReversed();
    for (const [back, line] of lines.entries()) {
      const text = cleanText(line);
      if (isOne(text)) return { text, back };
    }
    return null;
  }
}
