import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import type { Dialect, DialectResult } from './dialect.ts';
import { DIFF_LINES_MAX, type FileDiff } from './file-diff.ts';
import type { Hunk } from './hunk.ts';

/** `Diff in src/main.rs:12:`, and `Diff in src/main.rs at line 12:` of older versions. */
const HEADER = /^Diff in (.{1,1000}?)(?::| at line )(\d{1,9}):$/;

interface Block {
  name: string;
  start: number;
  lines: string[];
  line: number;
}

/**
 * `rustfmt --check` and `cargo fmt --check`: blocks with the line of the original that they begin at and no counts.
 * Source: the documentation of rustfmt, "--check".
 */
export class RustfmtReader implements Dialect {
  static readonly TEXTS = ['\nDiff in '];
  readonly #paths: RepositoryPaths;
  readonly #blocks: Block[] = [];
  #open: Block | null = null;
  #damaged = false;
  #lines = 0;

  constructor(paths: RepositoryPaths) {
    this.#paths = paths;
  }

  get active(): boolean {
    return this.#open !== null;
  }

  push({ line, text, cut }: CleanLine): void {
    const header = HEADER.exec(text);
    if (header) {
      this.#open = { name: header[1] ?? '', start: Number(header[2]), lines: [], line };
      if (this.#blocks.length < DIFF_LINES_MAX) this.#blocks.push(this.#open);
      else this.#damaged = true;
    } else if (this.#open && /^[ +-]/.test(text)) {
      if (cut || ++this.#lines > DIFF_LINES_MAX) this.#damaged = true;
      else this.#open.lines.push(text);
    } else this.#open = null;
  }

  end(): DialectResult {
    const files = new Map<string, FileDiff>();
    const shifts = new Map<string, number>();
    const seen = new Set<string>();
    for (const block of this.#blocks) {
      const key = JSON.stringify([block.name, block.start, block.lines]);
      // A module that two crates share is checked twice.
      if (seen.has(key)) continue;
      seen.add(key);
      const shift = shifts.get(block.name) ?? 0;
      const hunk = hunkOf(block, shift);
      if (!hunk) this.#damaged = true;
      else {
        const path = this.#paths.relative(block.name);
        const file = files.get(block.name) ?? { path, hunks: [], kind: 'change' as const, line: block.line };
        file.hunks.push(hunk);
        files.set(block.name, file);
        shifts.set(block.name, shift + hunk.newCount - hunk.oldCount);
      }
    }
    const [first] = this.#blocks;
    return {
      tool: 'rustfmt',
      files: [...files.values()],
      proven: files.size > 0,
      cause: first ? { line: first.line, text: `Diff in ${first.name}:${first.start}:` } : null,
      damaged: this.#damaged,
    };
  }
}

/** @param shift lines that earlier hunks of the file have added */
function hunkOf({ start, lines }: Block, shift: number): Hunk | null {
  // Every block ends in context, or in the empty line that the end of the file is: one that does not was cut off.
  if (!lines.at(-1)?.startsWith(' ')) return null;
  const kept = [...lines];
  // The text is split at line feeds, so the end of the file shows as one more empty line, which is none.
  if (kept.at(-1) === ' ') kept.pop();
  const count = (mark: string) => kept.filter((line) => line[0] === mark).length;
  const [context, removed, added] = [count(' '), count('-'), count('+')];
  if (removed + added === 0) return null;
  return {
    oldStart: start,
    oldCount: context + removed,
    newStart: start + shift,
    newCount: context + added,
    lines: kept,
  };
}
