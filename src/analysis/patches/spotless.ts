import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import { type FileBlock, FileBlocks } from './block-reader.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { type Hunk, HunkReader, parseHunkHeader } from './hunk.ts';

const PROOF = /The following files had format violations:$/;

/** Ends the list: `Run './gradlew spotlessApply' to fix these violations.` */
const END = /^Run '.{1,200}' to fix (?:these|all) violations\.?/;

/** Only a part was printed. */
const PARTIAL = /^(?:\.\.\. \(\d{1,7} more lines that didn't fit\)|Violations also present in\b)/;

/** A diff is indented by four more than the name of its file. */
const DIFF_INDENT = 4;

/** Blanks and tabs at the beginning, as they are drawn. */
const INDENT = /^(?:·|\\t)*/;

/**
 * Spotless in Gradle and Maven: hunks in which blanks are drawn as `·` and tabs as `\t`. A `\t` behind the indent may
 * be the source's own, and line feeds that are drawn stand for a change of the line ends: neither is taken. Source:
 * Spotless, DiffMessageFormatter.
 */
export class SpotlessReader implements Dialect {
  static readonly TEXTS = ['had format violations:'];
  readonly #paths: RepositoryPaths;
  readonly #files = new FileBlocks<string>();
  #open: FileBlock<string> | null = null;
  #indent = 0;
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
      this.#open = null;
      this.#proof ??= { line, text: text.trim() };
    } else if (this.#listing) this.#take(line, text.replace(/^\[ERROR\] /, ''), cut);
  }

  #take(line: number, text: string, cut: boolean): void {
    const plain = text.trim();
    const indent = text.length - text.trimStart().length;
    if (this.#open && indent >= this.#indent + DIFF_INDENT)
      this.#files.add(this.#open, text.slice(this.#indent + DIFF_INDENT), cut);
    else if (END.test(plain)) {
      for (const block of this.#files.blocks) block.closed = true;
      this.#listing = false;
    } else if (PARTIAL.test(plain) || plain === '' || text.startsWith('##[')) {
      this.#files.damaged = true;
      this.#listing = false;
    } else {
      this.#indent = indent;
      this.#open = this.#files.open(plain.replaceAll('\\', '/'), line);
    }
  }

  end(): DialectResult {
    const about = { tool: 'spotless', proof: this.#proof, paths: this.#paths };
    return this.#files.result(about, ({ rows }) => hunksOf(rows));
  }
}

function hunksOf(rows: readonly string[]): Hunk[] | null {
  const readers: HunkReader[] = [];
  for (const row of rows) {
    const header = parseHunkHeader(row);
    const line = header ? null : lineOf(row);
    if (header) readers.push(new HunkReader(header));
    else if (line === null || !readers.at(-1)?.take(line)) return null;
  }
  return readers.every(({ complete }) => complete) ? readers.map(({ hunk }) => hunk) : null;
}

/** A line of diff with its blanks as they are, or null where they cannot be told. */
function lineOf(row: string): string | null {
  const mark = row.slice(0, 1);
  const drawn = row.slice(1);
  const indent = INDENT.exec(drawn)?.[0] ?? '';
  const rest = drawn.slice(indent.length);
  if (/\\t|\\[nr]$/.test(rest)) return null;
  return `${mark}${indent.replaceAll('\\t', '\t').replaceAll('·', ' ')}${rest.replaceAll('·', ' ')}`;
}
