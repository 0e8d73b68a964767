import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { DIFF_LINES_MAX, type FileDiff } from './file-diff.ts';
import type { Hunk } from './hunk.ts';
import { hunksOfRows, type NumberedRow } from './numbered-rows.ts';

const HEADER = /^(\S{1,1000}) format ━+$/;
const PROOF = '  × Formatter would have printed the following content:';

/** What Biome ends with: without it the log was cut off, and so may be the diff. */
const SUMMARY = /^Checked \d{1,7} files? in /;

/** Two columns of line numbers, a bar, the mark, the text. */
const ROW = /^ {2,12}(\d{1,7})? {1,8}(\d{1,7})? {1,8}│ ([ +-]) (.*)$/;

interface Block {
  name: string;
  line: number;
  proven: boolean;
  rows: NumberedRow[];
}

/**
 * `biome format` and `biome ci`: rows with the line's number on either side; blanks of changed lines are drawn as `·`
 * and `→ `. A middle dot that the file itself has would come out wrong in the removed line too, which then does not
 * apply. Source: the output of Biome, "format".
 */
export class BiomeReader implements Dialect {
  static readonly TEXTS = [' format ━', '\nChecked '];
  readonly #paths: RepositoryPaths;
  readonly #blocks: Block[] = [];
  #open: Block | null = null;
  #damaged = false;
  #ended = false;
  #rows = 0;

  constructor(paths: RepositoryPaths) {
    this.#paths = paths;
  }

  get active(): boolean {
    return this.#open !== null;
  }

  push({ line, text, cut }: CleanLine): void {
    if (SUMMARY.test(text)) this.#ended = true;
    const header = HEADER.exec(text);
    if (header) {
      this.#open = { name: header[1] ?? '', line, proven: false, rows: [] };
      if (this.#blocks.length < DIFF_LINES_MAX) this.#blocks.push(this.#open);
      else this.#damaged = true;
    } else if (this.#open) this.#take(this.#open, text, cut);
  }

  #take(block: Block, text: string, cut: boolean): void {
    if (text === PROOF) block.proven = true;
    else if (text.trim() === '') return;
    else {
      const row = rowOf(text);
      if (row && (cut || ++this.#rows > DIFF_LINES_MAX)) this.#damaged = true;
      else if (row) block.rows.push(row);
      else this.#open = null;
    }
  }

  end(): DialectResult {
    const blocks = this.#blocks.filter(({ proven }) => proven);
    const files = blocks.map((block): FileDiff => {
      const hunks = hunksOf(block.rows);
      if (!hunks) this.#damaged = true;
      return { path: this.#paths.relative(block.name), hunks: hunks ?? [], kind: 'change', line: block.line };
    });
    const [first] = blocks;
    return {
      tool: 'biome',
      files,
      proven: files.length > 0,
      cause: first ? { line: first.line, text: `${first.name} format` } : null,
      damaged: this.#damaged || !this.#ended,
    };
  }
}

function rowOf(text: string): NumberedRow | null {
  const match = ROW.exec(text);
  if (!match) return null;
  const [, before, after, mark, rest = ''] = match;
  const plain = mark === ' ' ? rest : rest.replaceAll('→ ', '\t').replaceAll('·', ' ');
  return {
    before: before ? Number(before) : null,
    after: after ? Number(after) : null,
    text: `${mark}${plain}`,
  };
}

/** Every hunk ends in context, or in the empty line that the end of the file is: one that does not was cut off. */
function hunksOf(rows: readonly NumberedRow[]): Hunk[] | null {
  const hunks = hunksOfRows(rows);
  if (!hunks?.every(({ lines }) => lines.at(-1)?.startsWith(' '))) return null;
  const whole = hunks.map(withoutEnd);
  return whole.length > 0 && whole.every(isWhole) ? whole : null;
}

function isWhole({ lines }: Hunk): boolean {
  return lines.some((line) => line[0] !== ' ');
}

/** The text is split at line feeds, so the end of the file shows as one more empty line, which is none. */
function withoutEnd(hunk: Hunk): Hunk {
  if (hunk.lines.at(-1) !== ' ') return hunk;
  return {
    ...hunk,
    oldCount: hunk.oldCount - 1,
    newCount: hunk.newCount - 1,
    lines: hunk.lines.slice(0, -1),
  };
}
