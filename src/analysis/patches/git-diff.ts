import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import type { FileDiff } from './file-diff.ts';
import type { NamedDiff, UnifiedReader } from './unified-reader.ts';

const HEADER = /^diff --git (?:"?a\/|"?[\w.])/;

const INDEX = /^index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: 100644| 100755)?$/;

/** Extended header lines. Those that change more than text (modes, renames, binaries) void the diff. */
const EXTENDED =
  /^(?:index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}|new file mode 100644$|deleted file mode 100644$)/;
const UNSAFE =
  /^(?:old mode|new mode|new file mode|deleted file mode|similarity index|dissimilarity index|rename |copy |Binary files |GIT binary patch|Submodule )/;

/** Commands and hooks whose printed diff is what they want committed. */
const PROOF =
  /\bgit diff\b.{0,200}--(?:exit-code|quiet)\b|^All changes made by hooks:$|^- files were modified by this hook$/;

/** What may follow the diff that a job ended with. */
const ENDING =
  /^(?:$|##\[|::|Error: |error: |make(?:\[\d+\])?: |npm error|Process completed|Post job cleanup|Cleaning up|exit (?:code|status)|The command .{1,500} exited|\[command\]|Exited with code|ERROR: Job failed|Done\. Your build exited)/i;

/**
 * `git diff` after a generator, or `pre-commit --show-diff-on-failure`. A diff that somebody printed on the way is
 * no wish: either the command says so, or the diff is what the job ended with.
 */
export class GitDiffReader implements Dialect {
  static readonly TEXTS = [
    '\ndiff --git ',
    'git diff',
    '\nAll changes made by hooks:',
    '\n- files were modified by this hook',
  ];
  readonly #paths: RepositoryPaths;
  readonly #kinds = new Map<number, FileDiff['kind']>();
  readonly #indexes = new Map<number, string>();
  #proof: { line: number; text: string } | null = null;
  #header: number | null = null;
  #unsafe = false;
  #followed = false;
  #printed = 0;

  constructor(paths: RepositoryPaths) {
    this.#paths = paths;
  }

  /** What follows the diff says whether the job ended with it. */
  get active(): boolean {
    return this.#printed > 0 && !this.#followed;
  }

  push(line: CleanLine, inDiff: boolean): void {
    if (inDiff) return;
    const { text } = line;
    if (HEADER.test(text)) {
      this.#header = line.line;
      this.#printed += 1;
      this.#followed = false;
      return;
    }
    if (this.#header !== null && (EXTENDED.test(text) || UNSAFE.test(text))) {
      if (!EXTENDED.test(text)) this.#unsafe = true;
      if (INDEX.test(text)) this.#indexes.set(this.#header, text);
      if (text.startsWith('new file')) this.#kinds.set(this.#header, 'create');
      if (text.startsWith('deleted file')) this.#kinds.set(this.#header, 'delete');
      return;
    }
    if (PROOF.test(text)) this.#proof ??= { line: line.line, text: text.trim() };
    if (this.#printed > 0 && !ENDING.test(text.trim())) this.#followed = true;
  }

  end(unified: UnifiedReader): DialectResult {
    const files = unified.diffs.flatMap((diff): FileDiff[] => {
      const name = nameOf(diff);
      if (name === null) return [];
      const kind = headerOf(diff, this.#kinds) ?? 'change';
      const index = headerOf(diff, this.#indexes);
      const { hunks, line } = diff;
      return [{ path: this.#paths.relative(name), hunks, kind, line, ...(index !== undefined && { index }) }];
    });
    const [first] = files;
    return {
      tool: 'git diff',
      files,
      proven: this.#printed > 0 && files.length > 0 && (this.#proof !== null || !this.#followed),
      cause: this.#proof ?? (first ? { line: first.line, text: `--- a/${first.path ?? ''}` } : null),
      // A header without its hunks: an empty file, or something cut.
      damaged: unified.damaged || this.#unsafe || files.length < this.#printed,
    };
  }
}

/** What the header right before a diff says. */
function headerOf<Said>({ line }: NamedDiff, byHeader: ReadonlyMap<number, Said>): Said | undefined {
  for (const [header, said] of byHeader) if (header < line && line - header <= 5) return said;
  return undefined;
}

/** The file's name when both sides are `a/…` and `b/…` of one path, or one of them is `/dev/null`. */
function nameOf({ oldName, newName }: NamedDiff): string | null {
  const before = oldName.startsWith('a/') ? oldName.slice(2).replace(/\t$/, '') : null;
  const after = newName.startsWith('b/') ? newName.slice(2).replace(/\t$/, '') : null;
  if (oldName === '/dev/null') return after;
  if (newName === '/dev/null') return before;
  return before === after ? before : null;
}
