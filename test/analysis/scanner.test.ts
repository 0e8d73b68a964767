import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CleanLine, cleanText } from '../../src/analysis/reader/clean.ts';
import { LineBlocks } from '../../src/analysis/reader/line-blocks.ts';
import { LineScanner, Needles } from '../../src/analysis/reader/line-scanner.ts';

const ESC = '\u001b';
const texts = ['error', 'rror: ', 'err', '\nFAIL', 'FAIL', '● ', 'a', 'aab', 'ab'];
const needles = new Needles(texts);

/** Lines that hold one of the texts, with the texts in them. */
function scan(log: string | Buffer, chunkSize = 1000): { line: number; text: string; found: string[] }[] {
  const seen: { line: number; text: string; found: string[] }[] = [];
  const scanner = new LineScanner(needles, ({ line, text }: CleanLine, found) => {
    seen.push({ line, text, found: [...new Set(found)].map((index) => texts[index] ?? '').toSorted() });
  });
  const blocks = new LineBlocks();
  const bytes = Buffer.from(log);
  const visit = scanner.scan.bind(scanner);
  for (let at = 0; at < bytes.length; at += chunkSize) blocks.push(bytes.subarray(at, at + chunkSize), visit);
  blocks.end(visit);
  return seen;
}

/** The same, the slow and obvious way. */
function expected(log: string): ReturnType<typeof scan> {
  const lines = log.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.flatMap((raw, index) => {
    const text = cleanText(raw);
    const found = texts.filter((it) => `\n${text}`.includes(it)).toSorted();
    return found.length > 0 ? [{ line: index + 1, text, found }] : [];
  });
}

describe('scanning for texts', () => {
  const piece = fc.constantFrom(
    ...texts,
    ...['\n', '\r\n', '\r', '\t', ' ', 'x', 'e', 'er', 'F', '✓', '\0', `${ESC}[31m`, `${ESC}[0m`, '^[[1m'],
    ...[
      '2026-11-02T09:14:07.1234567Z ',
      '\n2026-11-02T09:14:07Z 00O ',
      '\njob\tstep\t2026-11-02T09:14:07.1Z ',
    ],
  );

  it('finds in each line what is in it, whatever stands between and however the bytes are cut', () =>
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (pieces, size) => {
        const log = pieces.join('');
        expect(scan(log, size)).toEqual(expected(log));
      }),
      { seed: 7, numRuns: 2000 },
    ));

  it.each([
    ['an Actions time', '2026-11-02T09:14:07.1234567Z FAIL a\n'],
    ['the columns of gh run view --log', 'job\tstep\t\ufeff2026-11-02T09:14:07.1234567Z FAIL a\n'],
    ["GitLab's columns", '2026-11-02T09:14:07.123456Z 01E FAIL a\n'],
    ['colours', `${ESC}[31mFA${ESC}[0mIL a\n`],
    ['colours as text', 'FA^[[1mIL a\n'],
    ['a byte order mark', '\ufeffFAIL a\n'],
    ['a return', 'FAIL a\r\n'],
  ])('sees the beginning of a line after %s', (_, log) =>
    // Twice: what one line taught about the log must not change how the next is read.
    expect(scan(log + log)).toMatchObject(
      [1, 2].map((line) => ({ line, text: 'FAIL a', found: expect.arrayContaining(['\nFAIL']) })),
    ),
  );

  it('reads the lines after a diff with times in its header like those before', () => {
    const time = '2026-11-02T09:14:07.1234567Z ';
    const log = ['--- a.py\t2026-11-02 09:14:07', 'FAIL', 'a\tb', 'FAIL']
      .map((line) => `${time}${line}\n`)
      .join('');
    expect(
      scan(log)
        .filter(({ found }) => found.includes('\nFAIL'))
        .map(({ line }) => line),
    ).toEqual([2, 4]);
  });

  it('counts lines without text, and one without a line feed', () => {
    expect(scan('\n\n\nerror')).toMatchObject([{ line: 4 }]);
  });
});
