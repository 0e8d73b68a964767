import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import { type FileBlock, FileBlocks } from './block-reader.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import type { Hunk } from './hunk.ts';
import { hunksOfRows, type NumberedRow } from './numbered-rows.ts';

const PROOF = /^\*\* \(Mix\) mix format failed due to --check-formatted\.$/;
const TITLE = 'The following files are not formatted:';
const HEADER = /^\S.{0,1000}\.(?:exs?|heex|eex|leex)$/;

/** Number before, number after, the mark, a bar, the text. */
const ROW = /^([ \d]{3,24}) ([ +-])\|(.*)$/;
const GAP = /^ +\|$/;

/** Drawn where only one side has a carriage return. */
const CARRIAGE_RETURN = '\u21b5';

/**
 * `mix format --check-formatted` since Elixir 1.15: rows with the numbers of both sides. The text is split at line
 * feeds, so what ends the file shows as one more empty row, which is no line of it: unchanged it is left out, changed
 * its block is not taken. Source: `Mix.Tasks.Format.text_diff_format/3`.
 */
export class MixFormatReader implements Dialect {
  static readonly TEXTS = ['\n** (Mix) mix format failed'];
  readonly #paths: RepositoryPaths;
  readonly #files = new FileBlocks<NumberedRow>();
  /** Blocks after whose last row the file goes on. */
  readonly #goOn = new Set<FileBlock<NumberedRow>>();
  #open: FileBlock<NumberedRow> | null = null;
  #listing = false;
  #proof: DialectResult['cause'] = null;

  constructor(paths: RepositoryPaths) {
    this.#paths = paths;
  }

  get active(): boolean {
    return this.#listing;
  }

  push({ line, text, cut }: CleanLine): void {
    if (PROOF.test(text)) {
      this.#listing = true;
      this.#proof ??= { line, text };
    } else if (this.#listing) this.#take(line, text, cut);
  }

  #take(line: number, text: string, cut: boolean): void {
    const row = this.#open && rowOf(text);
    if (this.#open && row) {
      this.#goOn.delete(this.#open);
      this.#files.add(this.#open, row, cut);
    } else if (this.#open && GAP.test(text)) this.#goOn.add(this.#open);
    else {
      // What follows the rows of a file shows that none of them is missing.
      if (this.#open && this.#open.rows.length > 0) {
        this.#open.closed = true;
        this.#open = null;
      }
      if (HEADER.test(text)) this.#open = this.#files.open(text, line);
      else this.#listing = text === '' || text === TITLE;
    }
  }

  end(): DialectResult {
    const about = { tool: 'mix format', proof: this.#proof, paths: this.#paths };
    return this.#files.result(about, (block) => hunksOf(block.rows, this.#goOn.has(block)));
  }
}

function hunksOf(rows: readonly NumberedRow[], goesOn: boolean): Hunk[] | null {
  const last = rows.at(-1)?.text;
  if (last === ' ' && !goesOn) return hunksOf(rows.slice(0, -1), true);
  if (last === '+' || last === '-' || rows.some(({ text }) => text.includes(CARRIAGE_RETURN))) return null;
  return hunksOfRows(rows);
}

function rowOf(text: string): NumberedRow | null {
  const match = ROW.exec(text);
  if (!match) return null;
  const [, fields = '', mark = '', plain = ''] = match;
  const numbers = fields.trim().split(/ +/).map(Number);
  if (numbers.length !== (mark === ' ' ? 2 : 1)) return null;
  return {
    before: mark === '+' ? null : (numbers[0] ?? null),
    after: mark === '-' ? null : (numbers.at(-1) ?? null),
    text: mark + plain,
  };
}
