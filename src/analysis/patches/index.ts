import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import { black } from './black.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { FormatterReader } from './formatter-diff.ts';
import { GitDiffReader } from './git-diff.ts';
import { gofmt } from './gofmt.ts';
import { isort } from './isort.ts';
import { ruff } from './ruff.ts';
import { RustfmtReader } from './rustfmt.ts';
import { UnifiedReader } from './unified-reader.ts';

const FORMATTERS = [black, isort, ruff, gofmt];

/** Texts of which one is in each line that a dialect wants to see while none is active. */
export const DIALECT_TEXTS: readonly string[] = [
  ...UnifiedReader.TEXTS,
  ...RustfmtReader.TEXTS,
  ...GitDiffReader.TEXTS,
  ...FORMATTERS.flatMap(({ proofTexts = [] }) => proofTexts),
];

/** All dialects, for one log. */
export class DialectReaders {
  readonly #unified = new UnifiedReader();
  readonly #dialects: readonly Dialect[];

  constructor(paths: RepositoryPaths) {
    this.#dialects = [
      ...FORMATTERS.map((dialect) => new FormatterReader(dialect, paths)),
      new RustfmtReader(paths),
      new GitDiffReader(paths),
    ];
  }

  /** Every next line has to be shown, whatever it holds. */
  get active(): boolean {
    return this.#unified.active || this.#dialects.some((dialect) => dialect.active);
  }

  push(line: CleanLine): void {
    const inDiff = this.#unified.push(line);
    for (const dialect of this.#dialects) dialect.push(line, inDiff);
  }

  end(): DialectResult[] {
    this.#unified.end();
    return this.#dialects.map((dialect) => dialect.end(this.#unified));
  }
}
