import type { CleanLine } from '../reader/clean.ts';
import { DIFF_LINES_MAX } from './file-diff.ts';
import { type Hunk, HunkReader, parseHunkHeader } from './hunk.ts';

/** A diff with the names as its header has them. */
export interface NamedDiff {
  oldName: string;
  newName: string;
  hunks: Hunk[];
  /** Lines of the log, 1-based, where it begins and ends. */
  line: number;
  lastLine: number;
}

/** Most diffs that are kept of a log. */
const DIFFS_MAX = 2000;

/** Reads unified diffs (`---`, `+++`, `@@`) out of any text. Damage is remembered, never repaired. */
export class UnifiedReader {
  static readonly TEXTS = ['\n--- '];
  readonly diffs: NamedDiff[] = [];
  damaged = false;
  #old: { name: string; line: number } | null = null;
  #current: NamedDiff | null = null;
  #reader: HunkReader | null = null;
  #lines = 0;
  /** Past a limit nothing of the log will be taken: nothing more is read. */
  #over = false;

  /** The next line may be part of a diff. */
  get active(): boolean {
    return this.#old !== null || this.#current !== null;
  }

  /** Takes a line; true when it is part of a diff. */
  push({ line, text, cut }: CleanLine): boolean {
    if (this.#over) return false;
    if (this.#reader && this.#inHunk(line, text, cut)) return true;
    if (text.startsWith('--- ')) {
      this.#old = { name: text.slice(4), line };
      return true;
    }
    if (this.#old && text.startsWith('+++ ')) {
      this.#current = {
        oldName: this.#old.name,
        newName: text.slice(4),
        hunks: [],
        line: this.#old.line,
        lastLine: line,
      };
      this.#old = null;
      return true;
    }
    this.#old = null;
    const header = this.#current && parseHunkHeader(text);
    if (!this.#current || !header) {
      this.#current = null;
      return false;
    }
    if (this.#current.hunks.length === 0) {
      if (this.diffs.length >= DIFFS_MAX) return this.#giveUp();
      this.diffs.push(this.#current);
    }
    this.#reader = new HunkReader(header);
    this.#current.hunks.push(this.#reader.hunk);
    this.#current.lastLine = line;
    return true;
  }

  /** Call after the last line. */
  end(): void {
    if (this.#reader && !this.#reader.complete) this.damaged = true;
  }

  #inHunk(line: number, text: string, cut: boolean): boolean {
    if (!this.#reader || !this.#current) return false;
    if (this.#reader.complete && !text.startsWith('\\')) {
      this.#reader = null;
      return false;
    }
    if (this.#lines >= DIFF_LINES_MAX) return this.#giveUp();
    if (cut || !this.#reader.take(text)) {
      this.damaged = true;
      this.#reader = null;
      return false;
    }
    this.#lines += 1;
    this.#current.lastLine = line;
    return true;
  }

  /** Memory must not grow with the log. */
  #giveUp(): false {
    this.damaged = true;
    this.#over = true;
    this.#old = null;
    this.#current = null;
    this.#reader = null;
    return false;
  }
}
