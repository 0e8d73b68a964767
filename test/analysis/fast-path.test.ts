import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECT_TEXTS } from '../../src/analysis/patches/index.ts';
import { cleanText } from '../../src/analysis/reader/clean.ts';
import { copyWithoutColours } from '../../src/analysis/reader/colours.ts';
import { LineScanner, Needles } from '../../src/analysis/reader/line-scanner.ts';
import { afterTime } from '../../src/analysis/reader/time-prefix.ts';
import { RULES } from '../../src/analysis/rules/index.ts';
import { RuleIndex } from '../../src/analysis/rules/rule-index.ts';

const TEXTS = [...new Set([...new RuleIndex(RULES).texts, ...DIALECT_TEXTS])];
const NEEDLES = new Needles(TEXTS);
const TIMES = [
  '2026-11-02T09:14:07.1234567Z ',
  '2026-11-02T09:14:07Z 00O ',
  '2026-11-02T09:14:07.Z ',
  '\ufeff',
];

/** The texts in each line that is shown; of a text that is there twice, one. */
function scan(log: string): string[][] {
  const shown: string[][] = [];
  const scanner = new LineScanner(NEEDLES, (_, found) =>
    shown.push([...new Set(found)].map((it) => TEXTS[it] ?? '').toSorted()),
  );
  scanner.scan(Buffer.from(log), false);
  return shown;
}

/** The same by plain matching. */
function match(log: string): string[][] {
  return log
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const text = Buffer.from(cleanText(Buffer.from(line).toString('latin1')), 'latin1').toString();
      return [...new Set(TEXTS.filter((it) => `\n${text}`.includes(it)))].toSorted();
    })
    .filter((found) => found.length > 0);
}

describe('lines that are passed over', () => {
  it.each(TEXTS)('are none with %j', (text) => {
    const log = text.startsWith('\n') ? `x${text} y\n` : `x\n${text}\nx ${text} y\n`;
    expect(scan(log)).toEqual(match(log));
    expect(scan(log)).not.toEqual([]);
  });

  it('are those that plain matching finds nothing in', () => {
    const part = fc
      .tuple(fc.constantFrom(...TEXTS), fc.nat(12), fc.nat(12))
      .map(([text, before, after]) => text.slice(before, Math.max(1, text.length - after)));
    const piece = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
      { weight: 3, arbitrary: part },
      fc.constantFrom(
        '\n',
        '\r\n',
        ' ',
        'x',
        '✓',
        '\u001b[1m',
        '\u001b[0;31mx',
        '^[[m',
        ...TIMES.map((it) => `\n${it}`),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const log = `${pieces.join('')}\n`;
        expect(scan(log)).toEqual(match(log));
      }),
      { seed: 11, numRuns: 5000 },
    );
  });
});

describe('colours', () => {
  const piece = fc.constantFrom(
    ...[
      '\u001b[',
      '\u001b[1;31m',
      '\u001b[K',
      '\u001b]8;;\u0007',
      '\u001b(B',
      '\u001b',
      '1;',
      ' ',
      'm',
      '[',
      '^',
      '^[[1m',
      'x',
      'é',
    ],
    ...[
      '\u001b[0 q',
      `\u001b[${'1'.repeat(64)}m`,
      `\u001b[${'1'.repeat(65)}m`,
      '_bk;t=1',
      '\t',
      '\r',
      '\0',
      '\u007f',
    ],
    ...TIMES,
  );

  it('are taken out as all else is, or left to what takes out all else', () => {
    const target = Buffer.alloc(4096);
    let copied = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const line = Buffer.from(pieces.join(''));
        const length = copyWithoutColours(line, afterTime(line, 0), line.length, target);
        if (length === -1) return;
        copied += 1;
        expect(target.toString('latin1', 0, length)).toBe(cleanText(line.toString('latin1')));
      }),
      { seed: 12, numRuns: 20_000 },
    );
    expect(copied).toBeGreaterThan(1000);
  });

  it('are what makes most lines of a coloured log unclean', () => {
    const target = Buffer.alloc(100);
    const line = Buffer.from('\u001b[32m✓\u001b[39m src/cart.test.ts \u001b[2m(14 tests)\u001b[22m');
    const length = copyWithoutColours(line, 0, line.length, target);
    expect(target.toString('utf8', 0, length)).toBe('✓ src/cart.test.ts (14 tests)');
  });
});
