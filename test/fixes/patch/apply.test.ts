import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyFilePatch } from '../../../src/fixes/patch/apply.ts';
import { patchDigest, reverseDigest } from '../../../src/fixes/patch/digest.ts';
import { matchLineEndings } from '../../../src/fixes/patch/line-endings.ts';
import { parsePatch } from '../../../src/fixes/patch/parse.ts';
import { reversePatch } from '../../../src/fixes/patch/reverse.ts';
import { type FilePatch, PatchError } from '../../../src/fixes/patch/types.ts';
import { createGitFolder, type GitFolder } from './git.ts';

const lines = fc.array(
  fc.constantFrom('a', 'b', '', '  indented', 'ü→\u{1f600}', '-x', '+y', '@@ -1 +1 @@', 'c\r'),
  {
    maxLength: 14,
  },
);
const text = fc
  .tuple(lines, fc.boolean())
  .map(([list, end]) => list.join('\n') + (end && list.length > 0 ? '\n' : ''));

const body: fc.Arbitrary<string[]> = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), {
  minLength: 8,
  maxLength: 16,
});
const joined = (list: readonly string[]) => list.map((line) => `${line}\n`).join('');

function only(patch: string): FilePatch {
  const [file] = parsePatch(patch);
  if (!file) throw new Error('no file in the patch');
  return file;
}

function apply(content: string, patch: string): string {
  return String(applyFilePatch(Buffer.from(content), only(patch)));
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PatchError) return error.code;
    throw error;
  }
  return 'accepted';
}

let git: GitFolder;
beforeAll(() => {
  git = createGitFolder();
});
afterAll(() => git.remove());

describe('applyFilePatch against git', () => {
  test('apply(diff(a, b)) is b, and its reverse is a', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 3 }), (from, to, context) => {
        fc.pre(from !== to && from !== '' && to !== '');
        const patch = only(git.diff(from, to, context));
        expect(String(applyFilePatch(Buffer.from(from), patch))).toBe(to);
        const [undo] = reversePatch([patch]);
        expect(String(undo && applyFilePatch(Buffer.from(to), undo))).toBe(from);
        expect(patchDigest(reversePatch([patch]))).toBe(reverseDigest([patch]));
      }),
      { numRuns: 150 },
    );
  });

  test('what it accepts for another file, git accepts with the same result', () => {
    let accepted = 0;
    fc.assert(
      fc.property(body, fc.nat(), lines, lines, (list, at, before, after) => {
        const from = joined(list);
        const patch = git.diff(from, joined(list.with(at % list.length, 'changed')), 2);
        const other = `${joined(before)}${from}${joined(after)}`;
        const code = refusal(() => apply(other, patch));
        if (code !== 'accepted') return;
        accepted++;
        expect(git.apply(other, patch)).toBe(apply(other, patch));
      }),
      { numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});

const PATCH = `--- a/file.txt
+++ b/file.txt
@@ -2,3 +2,3 @@
 two
-three
+THREE
 four
`;

describe('applyFilePatch', () => {
  test('applies at the stated lines even where another place would fit', () => {
    expect(apply('one\ntwo\nthree\nfour\ntwo\nthree\nfour\n', PATCH)).toBe(
      'one\ntwo\nTHREE\nfour\ntwo\nthree\nfour\n',
    );
  });

  test('a hunk at an end of the file stays there', () => {
    const first = '--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-one\n+ONE\n two\n three\n four\n';
    const last = '--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n two\n three\n-four\n+FOUR\n';
    expect(refusal(() => apply('zero\none\ntwo\nthree\nfour\n', first))).toBe('patch.does_not_apply');
    expect(refusal(() => apply('one\ntwo\nthree\nfour\nfive\n', last))).toBe('patch.does_not_apply');
  });

  test('applies at the one other place', () => {
    expect(apply('0\none\ntwo\nthree\nfour\n', PATCH)).toBe('0\none\ntwo\nTHREE\nfour\n');
  });

  test.each([
    ['two other places', '0\none\ntwo\nthree\nfour\ntwo\nthree\nfour\n', 'patch.ambiguous'],
    ['a context line that differs in white space', 'one\ntwo \nthree\nfour\n', 'patch.does_not_apply'],
    ['a removed line that differs', 'one\ntwo\nthreE\nfour\n', 'patch.does_not_apply'],
    ['a missing newline at the end', 'one\ntwo\nthree\nfour', 'patch.does_not_apply'],
    ['carriage returns', 'one\r\ntwo\r\nthree\r\nfour\r\n', 'patch.does_not_apply'],
    ['an empty file', '', 'patch.does_not_apply'],
  ])('refuses %s', (_name, content, code) => {
    expect(refusal(() => apply(content, PATCH))).toBe(code);
  });

  test('refuses a file that is not there, and a new one that is', () => {
    expect(refusal(() => applyFilePatch(null, only(PATCH)))).toBe('patch.missing_file');
    const create = '--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+hello\n';
    expect(String(applyFilePatch(null, only(create)))).toBe('hello\n');
    expect(refusal(() => applyFilePatch(Buffer.from(''), only(create)))).toBe('patch.exists');
  });

  test('refuses an insertion that names no neighbour', () => {
    const insertion = '--- a/file.txt\n+++ b/file.txt\n@@ -1,0 +2 @@\n+x\n';
    expect(refusal(() => apply('one\ntwo\n', insertion))).toBe('patch.no_context');
  });

  test('keeps bytes that are not UTF-8', () => {
    const content = Buffer.from('\xff\xfe one\ntwo\nthree\nfour\n\x80', 'latin1');
    const changed = applyFilePatch(content, only(PATCH));
    expect(changed?.toString('latin1')).toBe('\xff\xfe one\ntwo\nTHREE\nfour\n\x80');
  });

  test('takes a patch from a log to mean CRLF in a file that has nothing else', () => {
    const content = Buffer.from('one\r\ntwo\r\nthree\r\nfour\r\n');
    const changed = applyFilePatch(content, matchLineEndings(content, only(PATCH)));
    expect(String(changed)).toBe('one\r\ntwo\r\nTHREE\r\nfour\r\n');
    const mixed = Buffer.from('one\ntwo\r\nthree\r\nfour\r\n');
    expect(matchLineEndings(mixed, only(PATCH))).toEqual(only(PATCH));
  });

  test('a hostile file ends the search, not the process', () => {
    const hunk = ` a\n`.repeat(5_000);
    const patch = `--- a/f\n+++ b/f\n@@ -9,5002 +9,5001 @@\n${hunk}-b\n x\n`;
    const started = performance.now();
    expect(refusal(() => apply('a\n'.repeat(200_000), patch))).toBe('patch.ambiguous');
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
