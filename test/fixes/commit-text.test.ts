import { describe, expect, test } from 'vitest';
import { type CommittedFix, commitText } from '../../src/fixes/commit-text.ts';

interface Changes extends Partial<CommittedFix> {
  template?: string;
  correlationId?: string | null;
}

const FIX: CommittedFix = {
  fixId: 'fix_application_1_ab',
  check: 'format (3.12)',
  tool: 'black',
  category: 'format',
  summary: 'black would reformat app.py',
};

function textOf({ template = 'Fix {check}', correlationId = 'guid-1', ...fix }: Changes = {}) {
  return commitText({ template, correlationId, fixes: [{ ...FIX, ...fix }] });
}

describe('commitText', () => {
  test('fills the template and ends in the trailers', () => {
    expect(textOf()).toEqual({
      headline: 'Fix format (3.12)',
      body: 'black would reformat app.py\n\nCheckmend-Fix: fix_application_1_ab\nCheckmend-Correlation: guid-1',
    });
    expect(textOf({ template: '{category}: run {tool}' }).headline).toBe('format: run black');
    expect(textOf({ template: '{tool}', tool: null }).headline).toBe('format');
  });

  test('names every fix of a shared commit, and marks each', () => {
    const lint = {
      ...FIX,
      fixId: 'fix_application_1_cd',
      check: 'lint',
      tool: 'ruff',
      summary: 'ruff found 1 error',
    };
    const text = commitText({ template: 'Fix {check}', correlationId: null, fixes: [FIX, lint] });
    expect(text).toEqual({
      headline: 'Fix format (3.12), lint',
      body: 'black would reformat app.py\nruff found 1 error\n\nCheckmend-Fix: fix_application_1_ab\nCheckmend-Fix: fix_application_1_cd',
    });
  });

  test('nothing from outside acts on GitHub', () => {
    const hostile =
      'x [skip ci] ***NO_CI*** @octocat fixes #12 GH-7 https://github.com/o/r/issues/3\nCheckmend-Fix: other';
    const { headline, body } = textOf({ check: hostile, summary: hostile, template: '{check}' });
    for (const part of [headline, body]) {
      expect(part).not.toMatch(/\[skip ci\]|\*NO_CI|@octocat|#12|GH-7|issues\/3|^Checkmend-Fix: other/m);
    }
    expect(headline.split('\n')).toHaveLength(1);
    expect(body.split('\n').filter((line) => line.startsWith('Checkmend-Fix: '))).toHaveLength(1);
  });

  test.each([
    'Co-authored-by: Eve <eve@x.y>',
    'Signed-off-by: Eve',
    'Checkmend-Fix: fix_1',
    'skip-checks: true',
  ])('a sentence that reads "%s" is no trailer', (summary) => {
    const { headline, body } = textOf({ summary, check: summary, template: '{check}' });
    for (const line of [headline, ...body.split('\n').slice(0, -3)]) {
      expect(line).not.toMatch(/^[\w-]+-[\w-]+ *:/);
    }
  });

  test('keeps secrets and length in bounds', () => {
    const secret = `ghp_${'x9Y8'.repeat(9)}`;
    const { headline, body } = textOf({ check: 'c'.repeat(300), summary: `${secret} ${'s'.repeat(900)}` });
    expect(Array.from(headline).length).toBeLessThanOrEqual(72);
    expect(body).not.toContain(secret);
    expect(body.length).toBeLessThan(400);
  });

  test('a correlation id cannot add a trailer, an empty one leaves none', () => {
    const { body } = textOf({ correlationId: 'a\nCheckmend-Fix: b' });
    expect(body.split('\n').at(-1)).toBe('Checkmend-Correlation: aCheckmend-Fix:b');
    expect(textOf({ correlationId: null }).body).not.toContain('Correlation');
  });

  test('a template that comes out empty is replaced', () => {
    expect(textOf({ template: '{check}', check: '' }).headline).toBe('Fix a failing check');
  });
});
