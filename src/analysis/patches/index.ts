import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import { autopep8 } from './autopep8.ts';
import { BiomeReader } from './biome.ts';
import { black } from './black.ts';
import { buildifier } from './buildifier.ts';
import { clangFormat } from './clang-format.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { docformatter } from './docformatter.ts';
import { DprintReader } from './dprint.ts';
import { FormatterReader } from './formatter-diff.ts';
import { GitDiffReader } from './git-diff.ts';
import { gofmt } from './gofmt.ts';
import { isort } from './isort.ts';
import { MixFormatReader } from './mix-format.ts';
import { OrmoluReader } from './ormolu.ts';
import { phpCsFixer } from './php-cs-fixer.ts';
import { phpcs } from './phpcs.ts';
import { ruff } from './ruff.ts';
import { RustfmtReader } from './rustfmt.ts';
import { shfmt } from './shfmt.ts';
import { SpotlessReader } from './spotless.ts';
import { terraformFmt } from './terraform-fmt.ts';
import { UnifiedReader } from './unified-reader.ts';
import { yapf } from './yapf.ts';

const FORMATTERS = [
  black,
  isort,
  ruff,
  yapf,
  autopep8,
  gofmt,
  shfmt,
  terraformFmt,
  phpcs,
  phpCsFixer,
  buildifier,
  clangFormat,
  docformatter,
];

/** Tools with a format of their own. */
const READERS = [
  RustfmtReader,
  BiomeReader,
  DprintReader,
  MixFormatReader,
  OrmoluReader,
  SpotlessReader,
  GitDiffReader,
];

/** Texts of which one is in each line that a dialect wants to see while none is active. */
export const DIALECT_TEXTS: readonly string[] = [
  ...UnifiedReader.TEXTS,
  ...READERS.flatMap(({ TEXTS }) => TEXTS),
  ...FORMATTERS.flatMap(({ proofTexts = [] }) => proofTexts),
];

/** All dialects, for one log. */
export class DialectReaders {
  readonly #unified = new UnifiedReader();
  readonly #dialects: readonly Dialect[];
  #active = false;

  constructor(paths: RepositoryPaths) {
    this.#dialects = [
      ...FORMATTERS.map((dialect) => new FormatterReader(dialect, paths)),
      ...READERS.map((Reader) => new Reader(paths)),
    ];
  }

  /** Every next line has to be shown, whatever it holds. */
  get active(): boolean {
    return this.#active;
  }

  push(line: CleanLine): void {
    const inDiff = this.#unified.push(line);
    this.#active = this.#unified.active;
    for (const dialect of this.#dialects) {
      dialect.push(line, inDiff);
      this.#active ||= dialect.active;
    }
  }

  end(): DialectResult[] {
    this.#unified.end();
    return this.#dialects.map((dialect) => dialect.end(this.#unified));
  }
}
