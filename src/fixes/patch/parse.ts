import { headerPath } from './quoted-path.ts';
import { type FilePatch, type Hunk, type HunkLine, type Patch, PatchError, pathOf } from './types.ts';

/** Largest patch that is looked at, in bytes. */
export const PATCH_MAX_BYTES = 1024 * 1024;

const HUNK_HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;
const INDEX = /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: 100644| 100755)?\r?$/;
const NO_NEWLINE = '\\ ';

/** Lines of a patch and the place of the one that is read next. */
interface Cursor {
  readonly lines: readonly string[];
  at: number;
}

/**
 * Reads a unified diff with `a/` and `b/` prefixes, strictly: counts must be exact, and nothing but file
 * headers and hunks may be there. Only changes of text are accepted: no renames, no modes, no binary files.
 *
 * @throws PatchError
 */
export function parsePatch(text: string): Patch {
  if (Buffer.byteLength(text) > PATCH_MAX_BYTES) {
    throw new PatchError('patch.too_large', `the patch is larger than ${PATCH_MAX_BYTES} bytes`);
  }
  if (text.includes('\0')) throw new PatchError('patch.binary', 'the patch holds a NUL byte');
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const cursor: Cursor = { lines, at: 0 };
  const files: FilePatch[] = [];
  while (cursor.at < lines.length) files.push(readFile(cursor));
  if (files.length === 0) throw new PatchError('patch.empty', 'the patch changes nothing');
  const paths = new Set(files.map(pathOf));
  if (paths.size !== files.length) throw malformed(cursor, 'the same file occurs twice');
  return files;
}

function readFile(cursor: Cursor): FilePatch {
  const blobs = peek(cursor).startsWith('diff --git ') ? readGitHeader(cursor) : null;
  const oldPath = headerPath(take(cursor, '--- '), 'a/');
  const newPath = headerPath(take(cursor, '+++ '), 'b/');
  if (oldPath === null && newPath === null) throw malformed(cursor, 'both sides are /dev/null');
  if (oldPath !== null && newPath !== null && oldPath !== newPath) {
    throw new PatchError('patch.rename', 'the patch renames a file');
  }
  const hunks: Hunk[] = [];
  while (peek(cursor).startsWith('@@ ')) hunks.push(readHunk(cursor));
  if (hunks.length === 0) throw malformed(cursor, 'a file without a hunk');
  if (oldPath === null || newPath === null) {
    const wanted = oldPath === null ? 'added' : 'removed';
    const whole = hunks.length === 1 && hunks[0]?.lines.every((line) => line.kind === wanted);
    if (!whole) throw malformed(cursor, 'a new or deleted file must be one whole hunk');
  }
  return { oldPath, newPath, hunks, ...(blobs && { blobs }) };
}

function readGitHeader(cursor: Cursor): FilePatch['blobs'] | null {
  let blobs: FilePatch['blobs'] | null = null;
  cursor.at++;
  for (; cursor.at < cursor.lines.length; cursor.at++) {
    const line = peek(cursor);
    if (line.startsWith('--- ')) return blobs;
    const [, before, after] = INDEX.exec(line) ?? [];
    if (before !== undefined && after !== undefined) blobs = { before, after };
    checkExtendedHeader(cursor, line);
  }
  throw malformed(cursor, 'a file header without a change of text');
}

/** Extended headers as documented in git-diff, "Generating patch text with -p". */
function checkExtendedHeader(cursor: Cursor, line: string): void {
  if (INDEX.test(line)) return;
  if (/^(?:new|deleted) file mode 100644\r?$/.test(line)) return;
  if (/(?: mode | )120000\r?$/.test(line))
    throw new PatchError('patch.symlink', 'the patch touches a symbolic link');
  if (/(?: mode | )160000\r?$/.test(line))
    throw new PatchError('patch.submodule', 'the patch touches a submodule');
  if (/^(?:old mode|new mode|new file mode|deleted file mode) /.test(line)) {
    throw new PatchError('patch.mode_change', 'the patch changes the mode of a file');
  }
  if (/^(?:rename|copy|similarity|dissimilarity) /.test(line)) {
    throw new PatchError('patch.rename', 'the patch renames or copies a file');
  }
  if (/^(?:Binary files |GIT binary patch)/.test(line)) {
    throw new PatchError('patch.binary', 'the patch changes a binary file');
  }
  throw malformed(cursor, 'an unknown header');
}

function readHunk(cursor: Cursor): Hunk {
  const match = HUNK_HEADER.exec(peek(cursor));
  if (!match) throw malformed(cursor, 'a hunk header is wrong');
  cursor.at++;
  const [oldStart = 0, newStart = 0] = [Number(match[1]), Number(match[3])];
  let oldLeft = Number(match[2] ?? 1);
  let newLeft = Number(match[4] ?? 1);
  const lines: HunkLine[] = [];
  while (oldLeft > 0 || newLeft > 0) {
    const line = readHunkLine(cursor);
    if (line.kind !== 'added') oldLeft--;
    if (line.kind !== 'removed') newLeft--;
    if (oldLeft < 0 || newLeft < 0) throw malformed(cursor, 'a hunk is longer than its header says');
    lines.push(line);
  }
  checkLineEnds(cursor, lines);
  return { oldStart, newStart, lines };
}

function readHunkLine(cursor: Cursor): HunkLine {
  if (cursor.at >= cursor.lines.length) throw malformed(cursor, 'a hunk ends early');
  const line = peek(cursor);
  cursor.at++;
  const end = peek(cursor).startsWith(NO_NEWLINE) ? '' : '\n';
  if (end === '') cursor.at++;
  const text = `${line.slice(1)}${end}`;
  if (line.startsWith(' ')) return { kind: 'context', text };
  // An empty context line whose one space was trimmed, as GNU diff also writes it.
  if (line === '') return { kind: 'context', text: end };
  if (line.startsWith('-')) return { kind: 'removed', text };
  if (!line.startsWith('+')) throw malformed(cursor, 'a hunk holds a line without a sign');
  if (text.includes('\ufffd')) {
    throw new PatchError('patch.encoding', 'the patch adds a character that was lost in decoding');
  }
  return { kind: 'added', text };
}

/** Only the last line of each side may lack its newline. */
function checkLineEnds(cursor: Cursor, lines: readonly HunkLine[]): void {
  for (const other of ['added', 'removed'] as const) {
    const side = lines.filter((line) => line.kind !== other);
    if (side.slice(0, -1).some((line) => !line.text.endsWith('\n'))) {
      throw malformed(cursor, 'a line without a newline is not the last one');
    }
  }
}

function peek(cursor: Cursor): string {
  return cursor.lines[cursor.at] ?? '';
}

function take(cursor: Cursor, start: string): string {
  const line = peek(cursor);
  if (!line.startsWith(start)) throw malformed(cursor, `expected a line that starts with "${start.trim()}"`);
  cursor.at++;
  return line.slice(start.length);
}

function malformed(cursor: Cursor, problem: string): PatchError {
  return new PatchError('patch.malformed', `line ${cursor.at + 1} of the patch: ${problem}`);
}
