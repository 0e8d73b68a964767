import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePatch } from '../../../src/fixes/patch/parse.ts';
import { commentableRanges } from '../../../src/fixes/suggestions/diff-ranges.ts';
import { fitToDiff } from '../../../src/fixes/suggestions/fit.ts';
import { lineChanges } from '../../../src/fixes/suggestions/line-change.ts';
import { reviewBody, reviewMark, suggestionOf } from '../../../src/fixes/suggestions/review.ts';

const HEAD = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
const CONTENT = Buffer.from(`${HEAD.join('\n')}\n`);
const change = (from: number, to: number, lines: string[]) => ({ path: 'a.txt', from, to, lines });

function changesOf(patch: string, content = CONTENT) {
  const [file] = parsePatch(patch);
  if (!file) throw new Error('no file');
  return lineChanges(content, file);
}

const hunk = (header: string, ...lines: string[]) =>
  `--- a/a.txt\n+++ b/a.txt\n@@ ${header} @@\n${lines.join('\n')}\n`;

describe('the changes of a patch', () => {
  test('are told apart, at their lines', () => {
    const patch = hunk('-3,5 +3,5', ' line 3', '-line 4', '+four', ' line 5', '-line 6', '+six', ' line 7');
    expect(changesOf(patch)).toEqual([change(4, 4, ['four']), change(6, 6, ['six'])]);
  });

  test('stand where the patch applies, not where it says', () => {
    const patch = hunk('-5,3 +5,3', ' line 9', '-line 10', '+ten', ' line 11');
    expect(changesOf(patch)).toEqual([change(10, 10, ['ten'])]);
  });

  test('an insertion names the line that it goes before', () => {
    expect(changesOf(hunk('-3,2 +3,3', ' line 3', '+new', ' line 4'))).toEqual([change(4, 3, ['new'])]);
  });

  test.each([
    ['a new file', '--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+x\n', CONTENT],
    ['carriage returns', hunk('-1 +1', '-one', '+two'), Buffer.from('one\r\n')],
    [
      'a missing last newline',
      `${hunk('-1 +1', '-one', '+two')}\\ No newline at end of file\n`,
      Buffer.from('one\n'),
    ],
  ])('%s cannot be suggested', (_name, patch, content) => {
    expect(changesOf(patch, content)).toBeNull();
  });
});

test('lines of the diff are those that its hunks show', () => {
  const patch =
    '@@ -1,2 +1,3 @@ def f():\n a\n+@@ -9 +99 @@\n b\n@@ -10 +11 @@\n-x\n+y\n@@ -20,2 +0,0 @@\n-p\n-q';
  const files = [
    { path: 'a.txt', status: 'modified', patch },
    { path: 'b.png', status: 'added', patch: null },
  ];
  expect(commentableRanges(files).get('a.txt')).toEqual([
    { first: 1, last: 3 },
    { first: 11, last: 11 },
  ]);
  expect(commentableRanges(files).get('b.png')).toEqual([]);
});

describe('fitting into the diff', () => {
  const ranges = [
    { first: 3, last: 6 },
    { first: 8, last: 9 },
  ];

  test.each([
    ['what lies in one hunk stays', change(3, 4, ['x']), [change(3, 4, ['x'])], 0],
    ['what lies outside is dropped', change(12, 12, ['x']), [], 1],
    [
      'what reaches over two hunks is split',
      change(6, 8, ['a', 'b', 'c']),
      [change(6, 6, ['a']), change(8, 8, ['c'])],
      1,
    ],
    ['what cannot be split is dropped', change(6, 8, ['a']), [], 1],
    ['an insertion is hung on the line above', change(5, 4, ['n']), [change(4, 4, ['line 4', 'n'])], 0],
    ['or below', change(8, 7, ['n']), [change(8, 8, ['n', 'line 8'])], 0],
    ['an insertion outside is dropped', change(15, 14, ['n']), [], 1],
    ['a deletion stays', change(3, 3, []), [change(3, 3, [])], 0],
  ])('%s', (_name, one, changes, dropped) => {
    expect(fitToDiff([one], ranges, HEAD)).toEqual({ changes, dropped });
  });

  test('nothing ever reaches out of a hunk, and each replaces at least one line', () => {
    const number = fc.integer({ min: 1, max: 20 });
    const any = fc.tuple(number, number, fc.array(fc.string(), { maxLength: 4 }));
    fc.assert(
      fc.property(any, ([from, size, lines]) => {
        const to = Math.min(20, from + (size % 5) - 1);
        for (const it of fitToDiff([change(from, to, lines)], ranges, HEAD).changes) {
          expect(it.to).toBeGreaterThanOrEqual(it.from);
          expect(ranges.some(({ first, last }) => it.from >= first && it.to <= last)).toBe(true);
        }
      }),
    );
  });
});

describe('a suggestion', () => {
  test('cannot be ended by what it holds', () => {
    const body = suggestionOf(change(1, 1, ['```', '````suggestion', 'x']))?.body ?? '';
    const [first, ...rest] = body.split('\n');
    expect(first).toBe('`````suggestion');
    expect(rest.indexOf('`````')).toBe(rest.length - 1);
  });

  test('that deletes is empty', () => {
    expect(suggestionOf(change(2, 3, []))).toEqual({
      path: 'a.txt',
      startLine: 2,
      line: 3,
      body: '```suggestion\n```',
    });
  });

  test('that is too long is none', () => {
    expect(suggestionOf(change(1, 1, ['x'.repeat(70_000)]))).toBeNull();
  });

  test('stands in a review that carries its mark, and no mark-up of others', () => {
    const body = reviewBody(['fix_application_1_ab'], ['lint <!-- x --> @everyone `'], 2);
    expect(body).toContain(reviewMark('fix_application_1_ab'));
    expect(body).toContain('`` lint <!-- x --> @everyone ` ``');
    expect(body).toContain('2 more changes lie outside');
    expect(reviewMark('a --> b')).toBe('<!-- checkmend-fix: a--b -->');
  });
});
