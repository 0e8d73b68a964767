import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import { type FileBlock, FileBlocks } from './block-reader.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { hunksOfRows, type NumberedRow } from './numbered-rows.ts';

const HEADER = /^from (.{1,1000}):$/;

/** Number after, number before, a bar, the mark, the text. */
const ROW = /^([ \d]{1,24})\|([ +-])(.*)$/;

const END = '--';
const GAP = '...';

const PROOF = /^Found \d{1,7} not formatted files?\. Run dprint fmt to fix\.$/;

/** Drawn behind the last line of a file that has no line feed there. */
const END_OF_TEXT = '\u2403';

/**
 * `dprint check`: rows with the numbers of both sides; blanks are drawn as `·`, tabs as `→`. A file that has one of
 * them itself has it in a line that is then not found, so the patch does not apply. Source: the output of dprint.
 */
export class DprintReader implements Dialect {
  static readonly TEXTS = ['\nfrom ', 'not formatted file'];
  readonly #paths: RepositoryPaths;
  readonly #files = new FileBlocks<NumberedRow>();
  #open: FileBlock<NumberedRow> | null = null;
  #proof: DialectResult['cause'] = null;

  constructor(paths: RepositoryPaths) {
    this.#paths = paths;
  }

  get active(): boolean {
    return this.#open !== null;
  }

  push({ line, text, cut }: CleanLine): void {
    if (PROOF.test(text)) this.#proof ??= { line, text };
    const header = HEADER.exec(text);
    if (header) this.#open = this.#files.open(header[1] ?? '', line);
    else if (this.#open && text === END) {
      this.#open.closed = true;
      this.#open = null;
    } else if (this.#open && text !== GAP) {
      const row = rowOf(text);
      if (row) this.#files.add(this.#open, row, cut);
      else this.#open = null;
    }
  }

  end(): DialectResult {
    const about = { tool: 'dprint', proof: this.#proof, paths: this.#paths };
    return this.#files.result(about, ({ rows }) => hunksOfRows(rows));
  }
}

function rowOf(text: string): NumberedRow | null {
  const match = ROW.exec(text);
  if (!match) return null;
  const [, fields = '', mark = '', drawn = ''] = match;
  const numbers = fields.trim().split(/ +/).map(Number);
  const [after, before] = mark === '-' ? [null, numbers[0]] : numbers;
  const endsFile = drawn.endsWith(END_OF_TEXT);
  const plain = (endsFile ? drawn.slice(0, -1) : drawn).replaceAll('·', ' ').replaceAll('→', '\t');
  return {
    before: (mark === '+' ? null : before) ?? null,
    after: after ?? null,
    text: mark + plain,
    ...(endsFile && { endsFile }),
  };
}
