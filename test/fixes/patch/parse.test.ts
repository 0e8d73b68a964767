import { describe, expect, test } from 'vitest';
import { PATCH_MAX_BYTES, parsePatch } from '../../../src/fixes/patch/parse.ts';
import { PatchError, pathOf } from '../../../src/fixes/patch/types.ts';

const HUNK = '@@ -1 +1 @@\n-a\n+b\n';

function codeOf(patch: string): string {
  try {
    parsePatch(patch);
  } catch (error) {
    if (error instanceof PatchError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('parsePatch', () => {
  test('reads several files, with and without git headers and time stamps', () => {
    const patch = parsePatch(
      `diff --git a/x.py b/x.py\nindex 1111..2222 100644\n--- a/x.py\n+++ b/x.py\n${HUNK}` +
        `--- a/dir/y z.py\t2026-01-01 00:00:00\n+++ b/dir/y z.py\t2026-01-01\n${HUNK}`,
    );
    expect(patch.map(pathOf)).toEqual(['x.py', 'dir/y z.py']);
    expect(patch.map((file) => file.blobs)).toEqual([{ before: '1111', after: '2222' }, undefined]);
    expect(patch[0]?.hunks[0]?.lines).toEqual([
      { kind: 'removed', text: 'a\n' },
      { kind: 'added', text: 'b\n' },
    ]);
  });

  test('decodes quoted names', () => {
    const name = '"a/d\\303\\274r \\"x\\"\\t.py"';
    const patch = parsePatch(`--- ${name}\n+++ ${name.replace('a/', 'b/')}\n${HUNK}`);
    expect(patch.map(pathOf)).toEqual(['dür "x"\t.py']);
  });

  test('a removed line that looks like a header is a removed line', () => {
    const [file] = parsePatch('--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1 @@\n--- a/comment\n keep\n');
    expect(file?.hunks[0]?.lines[0]).toEqual({ kind: 'removed', text: '-- a/comment\n' });
  });

  test('knows lines without a newline at the end of the file', () => {
    const [file] = parsePatch('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n');
    expect(file?.hunks[0]?.lines.map((line) => line.text)).toEqual(['a', 'b\n']);
  });

  const git = (extra: string) => `diff --git a/x b/x\n${extra}--- a/x\n+++ b/x\n${HUNK}`;
  test.each([
    ['nothing', '', 'patch.empty'],
    ['text before the first file', `hello\n--- a/x\n+++ b/x\n${HUNK}`, 'patch.malformed'],
    ['text after the last hunk', `--- a/x\n+++ b/x\n${HUNK}bye\n`, 'patch.malformed'],
    ['names without prefix', `--- x\n+++ x\n${HUNK}`, 'patch.malformed'],
    ['a short hunk', '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n', 'patch.malformed'],
    ['a long hunk', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n-b\n+c\n', 'patch.malformed'],
    ['a line without a sign', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\nb\n', 'patch.malformed'],
    ['a name in open quotes', `--- "a/x\n+++ "b/x\n${HUNK}`, 'patch.malformed'],
    ['the same file twice', `--- a/x\n+++ b/x\n${HUNK}--- a/x\n+++ b/x\n${HUNK}`, 'patch.malformed'],
    ['a deletion that keeps lines', '--- a/x\n+++ /dev/null\n@@ -1,2 +1 @@\n-a\n b\n', 'patch.malformed'],
    ['an unknown header', git('hello\n'), 'patch.malformed'],
    ['a rename', `--- a/x\n+++ b/y\n${HUNK}`, 'patch.rename'],
    ['a declared rename', git('similarity index 90%\nrename from x\nrename to y\n'), 'patch.rename'],
    ['a new mode', git('old mode 100644\nnew mode 100755\n'), 'patch.mode_change'],
    ['an executable new file', git('new file mode 100755\n'), 'patch.mode_change'],
    ['a symbolic link', git('new file mode 120000\n'), 'patch.symlink'],
    ['a changed symbolic link', git('index 111..222 120000\n'), 'patch.symlink'],
    ['a submodule', git('index 111..222 160000\n'), 'patch.submodule'],
    ['a binary file', 'diff --git a/x b/x\nBinary files a/x and b/x differ\n', 'patch.binary'],
    ['a NUL byte', `--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\0\n`, 'patch.binary'],
    ['a lost character', `--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\ufffd\n`, 'patch.encoding'],
    ['too many bytes', `--- a/x\n${'x'.repeat(PATCH_MAX_BYTES)}`, 'patch.too_large'],
  ])('refuses %s', (_name, patch, code) => {
    expect(codeOf(patch)).toBe(code);
  });
});
