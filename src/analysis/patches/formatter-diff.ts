import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import type { FileDiff } from './file-diff.ts';
import type { NamedDiff, UnifiedReader } from './unified-reader.ts';

/** How a formatter that prints unified diffs names its files and says what it wants. */
export interface FormatterDialect {
  tool: string;
  /** The file that a diff of this tool is about, or null when the header is not this tool's. */
  nameOf(diff: NamedDiff): string | null;
  /** Lines by which the tool itself says that it would change files. */
  proof: RegExp | null;
  /** Texts of which one is in each line that `proof` matches; a line feed at the front is the beginning of the line. */
  proofTexts?: readonly string[];
  /** Whether the header alone is proof: nobody else writes it like that. */
  headerProves?: boolean;
}

/** Reads the unified diffs of one formatter. */
export class FormatterReader implements Dialect {
  readonly #dialect: FormatterDialect;
  readonly #paths: RepositoryPaths;
  /** Only its diff and its proof matter, and both ask for their lines. */
  readonly active = false;
  #proof: { line: number; text: string } | null = null;

  constructor(dialect: FormatterDialect, paths: RepositoryPaths) {
    this.#dialect = dialect;
    this.#paths = paths;
  }

  push(line: CleanLine, inDiff: boolean): void {
    if (inDiff) return;
    if (!this.#proof && this.#dialect.proof?.test(line.text))
      this.#proof = { line: line.line, text: line.text.trim() };
  }

  end(unified: UnifiedReader): DialectResult {
    const { tool, nameOf, headerProves = false } = this.#dialect;
    const files = unified.diffs.flatMap((diff): FileDiff[] => {
      const name = nameOf(diff);
      if (name === null) return [];
      return [{ path: this.#paths.relative(name), hunks: diff.hunks, kind: 'change', line: diff.line }];
    });
    const [first] = unified.diffs.filter((diff) => nameOf(diff) !== null);
    return {
      tool,
      files,
      proven: files.length > 0 && (headerProves || this.#proof !== null),
      cause: this.#proof ?? (first ? { line: first.line, text: `--- ${first.oldName}` } : null),
      damaged: unified.damaged,
    };
  }
}
