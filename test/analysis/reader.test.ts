import { describe, expect, it } from 'vitest';
import { RepositoryPaths } from '../../src/analysis/paths.ts';
import { type CleanLine, cleanText as clean } from '../../src/analysis/reader/clean.ts';
import { LineBlocks } from '../../src/analysis/reader/line-blocks.ts';
import { LineScanner, Needles } from '../../src/analysis/reader/line-scanner.ts';

const ESC = '\u001b';

describe('cleaning a line', () => {
  it.each([
    ['an Actions timestamp, keeping the indent', '2026-11-02T09:14:07.1234567Z     x = 1', '    x = 1'],
    ['an empty Actions line', '2026-11-02T09:14:07.1234567Z ', ''],
    ['a byte order mark', '\ufeff2026-11-02T09:14:07.1234567Z a', 'a'],
    ['the columns of gh run view --log', 'build\tRun tests\t2026-11-02T09:14:07.1234567Z a', 'a'],
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red'],
    ['colours printed as text', '^[[31mred^[[0m', 'red'],
    ['charset selections', `${ESC}(B${ESC}[mx`, 'x'],
    ['links', `${ESC}]8;;https://a.example${ESC}\\x${ESC}]8;;${ESC}\\`, 'x'],
    ['a progress bar', '10 %\r50 %\r100 %', '100 %'],
    ['CRLF', 'a\r', 'a'],
    ['NULs, but not tabs', 'a\0\tb', 'a\tb'],
    ['nothing of a diff line', '-    x=[1,2,', '-    x=[1,2,'],
    ['nothing of a date that is content', '2026-11-02 was a Monday', '2026-11-02 was a Monday'],
  ])('takes off %s', (_, text, expected) => expect(clean(text)).toBe(expected));
});

describe('splitting a log', () => {
  it('gives the same lines however the bytes are cut', () => {
    const log = Buffer.from('één\r\nzwei\n\n\nlast without a line feed ✓');
    const whole = split([log]);
    for (let size = 1; size < log.length; size++) {
      const parts = Array.from({ length: Math.ceil(log.length / size) }, (_, n) =>
        log.subarray(n * size, (n + 1) * size),
      );
      expect(split(parts)).toEqual(whole);
    }
    expect(whole.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
  });

  function split(parts: readonly Uint8Array[]): CleanLine[] {
    const blocks = new LineBlocks();
    const seen: CleanLine[] = [];
    const scanner = new LineScanner(new Needles([]), (line) => seen.push(line));
    scanner.everyLine = true;
    const visit = scanner.scan.bind(scanner);
    for (const part of parts) blocks.push(part, visit);
    blocks.end(visit);
    return seen;
  }
});

describe("the repository's own paths", () => {
  const paths = new RepositoryPaths(['/srv/checkout']);

  it.each([
    ['/home/runner/work/shop/shop/src/a.py', 'src/a.py'],
    ['/__w/shop/shop/a.py', 'a.py'],
    ['D:\\a\\shop\\shop\\src\\a.cs', 'src/a.cs'],
    ['/github/workspace/a.py', 'a.py'],
    ['/builds/group/shop/a.py', 'a.py'],
    ['/home/travis/build/octo/shop/a.py', 'a.py'],
    ['/srv/checkout/a.py', 'a.py'],
    ['./a/./b.py', 'a/b.py'],
    ['a//b.py', 'a/b.py'],
  ])('%s is %s', (given, expected) => expect(paths.relative(given)).toBe(expected));

  it.each([
    '/usr/lib/python3/site.py',
    '../a.py',
    'a/../../b.py',
    '/home/runner/work/one/other/a.py',
    '',
    '.',
    'C:/x.py',
    'C:a.py',
    'e:',
  ])('%j cannot be tied to it', (given) => expect(paths.relative(given)).toBeNull());
});
