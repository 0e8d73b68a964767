import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Case, readCases } from '../../src/evaluation/labels.ts';
import { evaluate, type Scoreboard } from '../../src/evaluation/scoreboard.ts';
import { formatScoreboard } from '../../src/evaluation/scoreboard-page.ts';

const logs = path.resolve(import.meta.dirname, '../../fixtures/logs');

describe('the analyser on the output of tools', () => {
  let scoreboard: Scoreboard;

  beforeAll(async () => {
    scoreboard = await evaluate(readCases(logs, path.join(logs, 'labels.jsonl')));
  });

  it('is right about every log that a rule may be written from: category, cause, place, patch', () =>
    expect(scoreboard.misses.filter(({ split }) => split === 'seen')).toEqual([]));

  it.each([
    ['category', 0.92],
    ['rootCause', 0.85],
    ['location', 0.85],
    ['failedTests', 0.85],
  ] as const)('meets the target for the others: %s', (figure, target) => {
    const { hits, n } = scoreboard.parts.unseen[figure];
    expect(n).toBeGreaterThan(0);
    expect(hits / n).toBeGreaterThanOrEqual(target);
  });

  it('invents no patch, and finds each that is there', () => {
    for (const { patches } of Object.values(scoreboard.parts)) {
      expect(patches).toMatchObject({ missed: 0, unexpected: 0 });
    }
  });

  it('prints n beside each figure', () => {
    const { seen, unseen } = scoreboard.parts;
    expect(seen.cases + unseen.cases).toBeGreaterThan(150);
    expect(formatScoreboard(scoreboard)).toContain(
      `| category right | 100.0 % (n = ${seen.cases}) | ${((100 * unseen.category.hits) / unseen.cases).toFixed(1)} % (n = ${unseen.cases}) |`,
    );
  });
});

describe('the scoreboard', () => {
  const label = (changes: object): Case['label'] => ({
    sha256: '0'.repeat(64),
    split: 'seen',
    category: 'test',
    tool: null,
    root_cause_lines: [1],
    locations: [],
    failed_tests: [],
    patch: false,
    ...changes,
  });
  const failing = Buffer.from('FAILED tests/test_a.py::test_b - assert 1 == 2\n');

  it('counts what is wrong', async () => {
    const { parts, misses } = await evaluate([
      { file: 'right', bytes: failing, label: label({}) },
      {
        file: 'wrong',
        bytes: failing,
        label: label({ category: 'lint', root_cause_lines: [2], patch: true }),
      },
      { file: 'passed', bytes: Buffer.from('all is well\n'), label: label({ category: 'none' }) },
      { file: 'other half', bytes: failing, label: label({ split: 'unseen' }) },
    ]);
    expect(parts.seen).toMatchObject({
      cases: 3,
      category: { hits: 2, n: 3 },
      rootCause: { hits: 1, n: 2 },
      patches: { found: 0, missed: 1, unexpected: 0 },
    });
    expect(parts.seen.categories.find(({ category }) => category === 'test')).toEqual({
      category: 'test',
      precision: { hits: 1, n: 2 },
      recall: { hits: 1, n: 1 },
    });
    expect(misses.map(({ file, what }) => `${file}: ${what}`)).toEqual([
      'wrong: category test, not lint',
      'wrong: cause in line 1',
      'wrong: no patch',
    ]);
    expect(parts.unseen.category).toEqual({ hits: 1, n: 1 });
  });
});
