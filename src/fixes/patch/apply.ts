import { type FilePatch, type Hunk, PatchError } from './types.ts';

/** Line comparisons that one search for an offset may cost. */
const SEARCH_BUDGET = 5_000_000;

/** Lines of the old side that a patch must show before it may be applied away from its stated place. */
const MOVED_MIN_LINES = 3;

/** A hunk in bytes: every string is Latin-1, one character a byte. */
interface ByteHunk {
  /** 0-based line in the old file where the old side starts. */
  readonly start: number;
  readonly old: readonly string[];
  readonly changed: readonly string[];
  readonly hasContext: boolean;
  /** It begins with the file's first line: it must stand there. */
  readonly atStart: boolean;
  /** It ends in a change: it must stand at the end of the file. */
  readonly atEnd: boolean;
}

/**
 * Applies the changes of one file to its content, byte for byte and without fuzz: every context and removed
 * line must be there, at the stated lines or else all hunks shifted by the same, only possible, distance.
 * A hunk without lines before or after its change stands at that end of the file, as for `git apply`.
 *
 * @param content the file; null when there is none (the patch must make a new one then)
 * @returns the new content; null when the patch deletes the file
 * @throws PatchError
 */
export function applyFilePatch(content: Buffer | null, file: FilePatch): Buffer | null {
  if (file.oldPath === null) {
    if (content !== null) throw new PatchError('patch.exists', 'the file to be made is already there');
    return Buffer.from(join(file.hunks.flatMap((hunk) => toBytes(hunk).changed)), 'latin1');
  }
  if (content === null) throw new PatchError('patch.missing_file', 'the file to be changed is not there');
  const lines = splitLines(content.toString('latin1'));
  const hunks = file.hunks.map(toBytes);
  if (hunks.some((hunk) => hunk.old.length === 0) && lines.length > 0) {
    throw new PatchError('patch.no_context', 'the patch inserts lines without naming their neighbours');
  }
  const offset = matchesAt(lines, hunks, 0) ? 0 : uniqueOffset(lines, hunks);
  const changed = join(replace(lines, hunks, offset));
  if (file.newPath !== null) return Buffer.from(changed, 'latin1');
  if (changed !== '')
    throw new PatchError('patch.does_not_apply', 'the file to be deleted has more lines than the patch');
  return null;
}

/**
 * Lines by which a patch of an existing file applies below (or, negative, above) of where it says.
 * @throws PatchError where it does not apply
 */
export function findOffset(content: Buffer, file: FilePatch): number {
  const lines = splitLines(content.toString('latin1'));
  const hunks = file.hunks.map(toBytes);
  return matchesAt(lines, hunks, 0) ? 0 : uniqueOffset(lines, hunks);
}

function toBytes(hunk: Hunk): ByteHunk {
  const side = (other: 'added' | 'removed') =>
    hunk.lines
      .filter((line) => line.kind !== other)
      .map((line) => Buffer.from(line.text, 'utf8').toString('latin1'));
  return {
    start: Math.max(0, hunk.oldStart - 1),
    old: side('added'),
    changed: side('removed'),
    hasContext: hunk.lines.some((line) => line.kind === 'context'),
    atStart: hunk.oldStart <= 1,
    atEnd: hunk.lines.at(-1)?.kind !== 'context',
  };
}

/** Lines with their newline; the last may lack it. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function matchesAt(lines: readonly string[], hunks: readonly ByteHunk[], offset: number): boolean {
  let free = 0;
  for (const { start, old, atStart, atEnd } of hunks) {
    const at = start + offset;
    if (at < free || at + old.length > lines.length) return false;
    if ((atStart && at !== 0) || (atEnd && at + old.length !== lines.length)) return false;
    if (old.some((line, index) => lines[at + index] !== line)) return false;
    free = at + old.length;
  }
  return true;
}

/** The one distance other than 0 at which all hunks fit. */
function uniqueOffset(lines: readonly string[], hunks: readonly ByteHunk[]): number {
  const first = hunks[0];
  const shown = hunks.reduce((sum, hunk) => sum + hunk.old.length, 0);
  if (!first || shown < MOVED_MIN_LINES || hunks.some((hunk) => !hunk.hasContext)) throw doesNotApply();
  const found: number[] = [];
  let budget = SEARCH_BUDGET;
  for (let at = 0; at + first.old.length <= lines.length && found.length < 2; at++) {
    budget -= 1 + commonLength(lines, first.old, at);
    if (budget < 0)
      throw new PatchError('patch.ambiguous', 'the file is too repetitive to find the place of the patch');
    if (matchesAt(lines, hunks, at - first.start)) found.push(at - first.start);
  }
  const [offset] = found;
  if (offset === undefined) throw doesNotApply();
  if (found.length > 1) throw new PatchError('patch.ambiguous', 'the patch fits at more than one place');
  return offset;
}

function commonLength(lines: readonly string[], old: readonly string[], at: number): number {
  let length = 0;
  while (length < old.length && lines[at + length] === old[length]) length++;
  return length;
}

function replace(lines: readonly string[], hunks: readonly ByteHunk[], offset: number): string[] {
  const result: string[] = [];
  let from = 0;
  for (const { start, old, changed } of hunks) {
    const at = start + offset;
    for (let index = from; index < at; index++) result.push(lines[index] ?? '');
    for (const line of changed) result.push(line);
    from = at + old.length;
  }
  for (let index = from; index < lines.length; index++) result.push(lines[index] ?? '');
  return result;
}

function join(lines: readonly string[]): string {
  if (lines.slice(0, -1).some((line) => !line.endsWith('\n'))) {
    throw new PatchError(
      'patch.does_not_apply',
      'the patch would leave a line without a newline inside the file',
    );
  }
  return lines.join('');
}

function doesNotApply(): PatchError {
  return new PatchError('patch.does_not_apply', 'the lines that the patch changes are not there');
}
