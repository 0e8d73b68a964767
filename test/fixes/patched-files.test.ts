import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parsePatch } from '../../src/fixes/patch/parse.ts';
import { PatchError } from '../../src/fixes/patch/types.ts';
import { patchFiles, pathsToRead } from '../../src/fixes/patched-files.ts';
import type { BlobInfo, FileMode } from '../../src/github/types.ts';
import { AFTER, BEFORE, PATCH } from './support/world.ts';

const CREATE = '--- /dev/null\n+++ b/a/b/new.py\n@@ -0,0 +1 @@\n+x = 1\n';

function blobOf(path: string, mode: FileMode = '100644', content = BEFORE): BlobInfo {
  return { path, mode, content: Buffer.from(content) };
}

function codeOf(patch: string, blobs: readonly BlobInfo[]): string {
  try {
    patchFiles(parsePatch(patch), blobs);
  } catch (error) {
    if (error instanceof PatchError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('patchFiles', () => {
  test('changes the content and keeps the mode', () => {
    const [change] = patchFiles(parsePatch(PATCH), [blobOf('app.py', '100755')]);
    expect(change).toEqual({ path: 'app.py', mode: '100755', content: Buffer.from(AFTER) });
  });

  test('makes a new file', () => {
    expect(patchFiles(parsePatch(CREATE), [])).toEqual([
      { path: 'a/b/new.py', mode: '100644', content: Buffer.from('x = 1\n') },
    ]);
  });

  test('keeps CRLF where the file has nothing else', () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    const [change] = patchFiles(parsePatch(PATCH), [blobOf('app.py', '100644', crlf(BEFORE))]);
    expect(String(change?.content)).toBe(crlf(AFTER));
  });

  test.each([
    ['a symbolic link', PATCH, [blobOf('app.py', '120000')], 'patch.symlink'],
    ['a submodule', PATCH, [blobOf('app.py', '160000')], 'patch.submodule'],
    ['a new file below a symbolic link', CREATE, [blobOf('a', '120000', '../elsewhere')], 'patch.symlink'],
    ['a new file below a file', CREATE, [blobOf('a/b')], 'patch.symlink'],
    ['a new file that is there', CREATE, [blobOf('a/b/new.py')], 'patch.exists'],
    ['a file that is not there', PATCH, [], 'patch.missing_file'],
    ['a file that was changed', PATCH, [blobOf('app.py', '100644', AFTER)], 'patch.does_not_apply'],
    ['no change', PATCH.replace('+y = [1, 2]', '+y = [1,2]'), [blobOf('app.py')], 'patch.empty'],
  ] as const)('refuses %s', (_name, patch, blobs, code) => {
    expect(codeOf(patch, blobs)).toBe(code);
  });

  describe('with the hashes that git printed', () => {
    const abbreviated = (content: string) =>
      createHash('sha1')
        .update(`blob ${Buffer.byteLength(content)}\0${content}`)
        .digest('hex')
        .slice(0, 7);
    const withHashes = (patch: string, before: string, after: string) => {
      const path = /^\+\+\+ b\/(.*)$/m.exec(patch)?.[1];
      return `diff --git a/${path} b/${path}\nindex ${before}..${after}\n${patch}`;
    };

    test('takes what has the hash', () => {
      expect(codeOf(withHashes(CREATE, '0000000', abbreviated('x = 1\n')), [])).toBe('accepted');
      expect(codeOf(withHashes(PATCH, abbreviated(BEFORE), abbreviated(AFTER)), [blobOf('app.py')])).toBe(
        'accepted',
      );
    });

    test('refuses what the log has shown without its control characters', () => {
      expect(codeOf(withHashes(CREATE, '0000000', abbreviated('x = \u001b1\n')), [])).toBe('patch.encoding');
      const other = abbreviated(AFTER.replace('2]', '2\u000c]'));
      expect(codeOf(withHashes(PATCH, abbreviated(BEFORE), other), [blobOf('app.py')])).toBe(
        'patch.encoding',
      );
    });

    test('says nothing of a file that was another one then', () => {
      const head = `${BEFORE}more = 1\n`;
      const patch = withHashes(PATCH, abbreviated(BEFORE), abbreviated(AFTER));
      expect(codeOf(patch, [blobOf('app.py', '100644', head)])).toBe('accepted');
    });
  });

  test('names the file in its refusal', () => {
    expect(() => patchFiles(parsePatch(PATCH), [])).toThrow(/^app\.py: /);
  });
});

test('folders above new files are read too', () => {
  expect(pathsToRead(parsePatch(`${PATCH}${CREATE}`))).toEqual(['app.py', 'a/b/new.py', 'a', 'a/b']);
});
