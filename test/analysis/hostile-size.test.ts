import { describe, expect, it } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';
import { RULES } from '../../src/analysis/rules/index.ts';

const MB = 1024 * 1024;

async function* repeated(part: string | Buffer, bytes: number): AsyncGenerator<Buffer> {
  const block = Buffer.from(part);
  for (let sent = 0; sent < bytes; sent += block.length) yield block;
}

/** The larger ones are in `scripts/fuzz-analysis-large.ts`. */
describe('a log of a hostile size', () => {
  it('of one line of 200 MB is read in bounded memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const { stats } = await analyzeLog(repeated(Buffer.alloc(MB, 0x61), 200 * MB));
    expect(stats).toEqual({ lines: 1, bytes: 200 * MB });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MB);
  });

  it('of a million groups has a million lines', async () => {
    const { stats, category } = await analyzeLog(repeated('##[group]\n'.repeat(10_000), 10_000_000));
    expect(stats.lines).toBe(1_000_000);
    expect(category).toBe('unknown');
  });

  it('of nothing but errors lists no more than it may', async () => {
    const line = 'FAILED tests/test_a.py::test_b - boom\nE   assert 1 == 2\nsrc/a.py:1:2: F401 unused\n';
    const diagnosis = await analyzeLog(line.repeat(20_000));
    expect(diagnosis.evidence.length).toBeLessThanOrEqual(20);
    expect(diagnosis.failed_tests).toHaveLength(1);
    expect(diagnosis.diagnostics.length).toBeLessThanOrEqual(200);
  });
});

/** Most milliseconds for a line of the longest length that rules are tried on; ordinary ones take a hundredth. */
const LIMIT_MS = 60;

describe('bait for regular expressions', () => {
  const fillers = [
    'a',
    ' ',
    '.',
    '/',
    'a/',
    'a.',
    '(',
    '1',
    '1:',
    '-',
    '\t',
    'a b',
    ': ',
    '[a',
    '"',
    "'",
    '=',
    '^~',
  ];

  it.each(RULES.map((rule) => [rule.id, rule] as const))('%s takes no time over it', (_, rule) => {
    for (const pattern of [rule.pattern, rule.heading].filter((it) => it !== undefined)) {
      for (const text of rule.literals) {
        for (const filler of fillers) {
          const long = filler.repeat(2000 / filler.length);
          for (const line of [
            `${text}${long}`,
            `${long}${text}`,
            `${text.repeat(2000 / text.length)}`,
            `a.py:1:2${long}${text}${long}!`,
          ]) {
            const bait = line.replace(/^\n/, '').slice(0, 2000);
            const startedAt = performance.now();
            pattern.test(bait);
            expect(performance.now() - startedAt, `${filler} after ${text}`).toBeLessThan(LIMIT_MS);
          }
        }
      }
    }
  });
});
