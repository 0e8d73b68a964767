import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import { type FileBlock, FileBlocks } from './block-reader.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { type Hunk, HunkReader, parseHunkHeader } from './hunk.ts';

const HEADER = /^\S.{0,1000}\.(?:l?hs|hs-boot)$/;

/** An empty line of context has no mark, any other text a blank behind it. */
const ROW = /^(?:$|[+-]$|[ +-] )/;

/**
 * `ormolu --mode check` and `fourmolu`: the file's name, hunks with a header, and lines with a mark and a blank.
 * Source: the output of Ormolu.
 */
export class OrmoluReader implements Dialect {
  static readonly TEXTS = ['.hs', '.lhs'];
  readonly #paths: RepositoryPaths;
  readonly #files = new FileBlocks<string>();
  #name: { text: string; line: number } | null = null;
  #open: FileBlock<string> | null = null;
  #proof: DialectResult['cause'] = null;

  constructor(paths: RepositoryPaths) {
    this.#paths = paths;
  }

  get active(): boolean {
    return this.#name !== null || this.#open !== null;
  }

  push({ line, text, cut }: CleanLine, inDiff: boolean): void {
    const isHunk = !inDiff && parseHunkHeader(text) !== null;
    if (this.#name && isHunk) {
      this.#open = this.#files.open(this.#name.text, this.#name.line);
      this.#proof ??= this.#name;
    }
    this.#name = null;
    if (this.#open && (isHunk || ROW.test(text))) this.#files.add(this.#open, text, cut);
    else {
      if (this.#open) this.#open.closed = true;
      this.#open = null;
      if (!inDiff && HEADER.test(text)) this.#name = { text, line };
    }
  }

  end(): DialectResult {
    // The last hunk's header says how many lines it has: nothing needs to follow it.
    if (this.#open) this.#open.closed = true;
    const about = { tool: 'ormolu', proof: this.#proof, paths: this.#paths };
    return this.#files.result(about, ({ rows }) => hunksOf(rows));
  }
}

/** The text is split at line feeds: where a file has none at its end, the last row is no line of it. */
const NO_LINE = /^[+-]$/;

function hunksOf(rows: readonly string[]): Hunk[] | null {
  if (NO_LINE.test(rows.findLast((row) => row !== '') ?? '')) return null;
  const readers: HunkReader[] = [];
  for (const row of rows) {
    const header = parseHunkHeader(row);
    const reader = readers.at(-1);
    if (header) readers.push(new HunkReader(header));
    // Behind a hunk that has all its lines, only empty ones belong to nothing.
    else if (reader?.complete ? row !== '' : !reader?.take(`${row.slice(0, 1)}${row.slice(2)}`)) return null;
  }
  return readers.every(({ complete }) => complete) ? readers.map(({ hunk }) => hunk) : null;
}
