import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src/fixes/decide.ts';
import { composeReport } from '../../../src/fixes/report/compose.ts';
import type { ReportItem } from '../../../src/fixes/report/item.ts';
import { cutBytes, escapeText, fence, inlineCode } from '../../../src/fixes/report/markdown.ts';
import { joinSections, OUTPUT_MAX_BYTES } from '../../../src/fixes/report/sections.ts';
import { uselessInARow } from '../../../src/fixes/verified.ts';
import type { FixAttemptRecord } from '../../../src/store/types.ts';
import { diagnosisOf } from '../support/world.ts';

const OFFER: Verdict = {
  action: 'offer',
  strategy: 'report',
  rule: 'mode.suggest',
  reason: 'the policy asks for suggestions',
  shadow: false,
};

function itemOf(changes: Partial<ReportItem> = {}): ReportItem {
  const item = { checkName: 'format', appSlug: 'github-actions', diagnosis: diagnosisOf(), verdict: OFFER };
  return { ...item, attempt: null, askedBy: null, leftToPeople: false, ...changes };
}

function attemptOf(changes: Partial<FixAttemptRecord>): FixAttemptRecord {
  return {
    id: 'x',
    repositoryId: '3',
    prNumber: 5,
    headSha: 'a'.repeat(40),
    checkRunId: '100',
    strategy: 'apply_patch',
    contentDigest: 'd',
    outcome: null,
    reverseDigest: null,
    status: 'applied',
    result: 'abc1234',
    reason: null,
    createdAt: 0,
    updatedAt: 0,
    ...changes,
  };
}

/** Text of a report outside of fences and inline code: where mark-up would act. */
function prose(markdown: string): string {
  return markdown
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, '')
    .replace(/(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}

const HOSTILE = '```\n# Pwned\n<img src=x onerror=alert(1)> @octocat fixes #1 [x](javascript:1) ````';

describe('composeReport', () => {
  test('says what failed, why, what was done, and shows the patch', () => {
    const report = composeReport([itemOf()], []);
    expect(report.title).toBe('black would reformat app.py');
    expect(report.conclusion).toBe('neutral');
    expect(report.summary).toContain('### `format`');
    expect(report.summary).toContain('would reformat app.py');
    expect(report.summary).toContain('The patch below was not committed');
    expect(report.summary).toContain('`mode.suggest`');
    expect(report.text).toContain("```sh\ngit apply <<'PATCH'\n--- a/app.py");
  });

  test('offers to take back the commits that mended nothing, a merge by its first parent', () => {
    const rows = [
      attemptOf({ strategy: 'update_branch', result: 'b2', outcome: 'same_failure' }),
      attemptOf({ result: 'a1', outcome: 'new_failure' }),
    ];
    const { summary } = composeReport([itemOf()], [], [], uselessInARow(rows));
    expect(summary).toContain('git revert --no-edit -m 1 b2\ngit revert --no-edit a1\n');
  });

  test('is a success only when everything was mended', () => {
    const mended = itemOf({ attempt: attemptOf({}) });
    expect(composeReport([mended], []).conclusion).toBe('success');
    expect(composeReport([mended], []).summary).toContain('**Committed** as abc1234');
    expect(composeReport([mended, itemOf({ checkName: 'lint' })], []).conclusion).toBe('neutral');
    const dropped = itemOf({ attempt: attemptOf({ status: 'dropped', reason: 'the head moved' }) });
    expect(composeReport([dropped], []).summary).toContain('**Not done**: the head moved');
    expect(composeReport([dropped], []).conclusion).toBe('neutral');
  });

  test('does not show a patch that a guard refused', () => {
    const verdict: Verdict = { ...OFFER, action: 'report', rule: 'path.protected' };
    expect(composeReport([itemOf({ verdict })], []).text).toBe('');
  });

  test('nothing from a log acts as mark-up', () => {
    const diagnosis = diagnosisOf({
      summary: HOSTILE,
      tool: HOSTILE,
      root_cause: { line: 1, text: HOSTILE },
      evidence: [{ line: 1, text: HOSTILE }],
      diagnostics: [{ path: 'a`b.py', line: 1, column: 1, severity: 'error', code: 'E1', message: HOSTILE }],
      failed_tests: [{ name: HOSTILE, path: 'x', message: HOSTILE }],
      patch: `--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\`\`\`\n`,
    });
    const verdict = { ...OFFER, reason: HOSTILE };
    const { summary, text } = composeReport([itemOf({ checkName: HOSTILE, diagnosis, verdict })], [HOSTILE]);
    for (const part of [prose(summary), prose(text)]) {
      expect(part).not.toMatch(/(?<!\\)<img|(?<!\\)\[x\]|@octocat|#1|^# /m);
    }
    expect(text).toContain('````sh\n');
  });

  test('holds no secrets', () => {
    const secret = `ghs_${'a1B2'.repeat(10)}`;
    const line = { line: 1, text: `token ${secret}` };
    const diagnosis = diagnosisOf({
      summary: `used ${secret}`,
      root_cause: line,
      evidence: [line],
      diagnostics: [{ path: 'a', line: 1, column: null, severity: 'error', code: null, message: secret }],
    });
    expect(JSON.stringify(composeReport([itemOf({ diagnosis })], []))).not.toContain(secret);
  });

  test.each(['\u0007', '\u200b', '\u202e'])('nor one that %j comes apart', (hidden) => {
    const [start, end] = [`ghp_${'x9'.repeat(9)}`, 'Y8'.repeat(9)];
    const split = { line: 1, text: `token ${start}${hidden}${end}` };
    const diagnosis = diagnosisOf({ summary: split.text, root_cause: split, evidence: [split], patch: null });
    const report = JSON.stringify(composeReport([itemOf({ diagnosis })], []));
    expect(report.replace(/[^\w]/g, '')).not.toContain(start);
    expect(report).not.toContain(end);
  });

  test('no text refers to anything, however GitHub would have it', () => {
    expect(escapeText('GH-12 gh-7')).not.toMatch(/gh\\?-\d/i);
  });

  test('stays within GitHub limits, whole sections at a time', () => {
    const patch = `--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+${'ü'.repeat(10_000)}\n`;
    const long = diagnosisOf({
      patch,
      summary: 'ü'.repeat(5000),
      evidence: Array.from({ length: 20 }, (_none, index) => ({ line: index, text: '`'.repeat(900) })),
      diagnostics: Array.from({ length: 300 }, (_none, index) => ({
        path: `f${index}.py`,
        line: index + 1,
        column: null,
        severity: 'warning' as const,
        code: 'W1',
        message: 'm'.repeat(10_000),
      })),
    });
    const items = Array.from({ length: 30 }, (_none, index) =>
      itemOf({ checkName: `check ${index}`, diagnosis: long }),
    );
    const { title, summary, text, annotations } = composeReport(items, []);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(OUTPUT_MAX_BYTES);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(OUTPUT_MAX_BYTES);
    expect(Buffer.byteLength(title)).toBeLessThanOrEqual(200);
    expect(annotations).toHaveLength(200);
    expect(annotations.every(({ message }) => Buffer.byteLength(message) <= 4096)).toBe(true);
    expect(text).toMatch(/\d+ patches are too large to be shown here/);
    expect((text.match(/^`{3,}/gm) ?? []).length % 2).toBe(0);
  });

  test('annotates only paths inside the repository', () => {
    const diagnostics = ['../x', '/etc/passwd', 'ok.py'].map((path) => ({
      path,
      line: 2,
      column: null,
      severity: 'error' as const,
      code: null,
      message: '',
    }));
    const { annotations } = composeReport([itemOf({ diagnosis: diagnosisOf({ diagnostics }) })], []);
    expect(annotations).toEqual([
      { path: 'ok.py', startLine: 2, endLine: 2, level: 'failure', message: 'see the log', title: null },
    ]);
  });

  test('a broken policy file comes first', () => {
    const report = composeReport([itemOf()], ['mod: unknown key, did you mean mode?']);
    expect(report.title).toContain('policy file');
    expect(report.summary.indexOf('policy file')).toBeLessThan(report.summary.indexOf('`format`'));
  });
});

describe('markdown', () => {
  test('a fence is longer than any run of backticks in it', () => {
    expect(fence('a ```` b')).toBe('`````text\na ```` b\n`````');
    expect(fence('plain\n', 'diff')).toBe('```diff\nplain\n```');
  });

  test('inline code', () => {
    expect(inlineCode('a')).toBe('`a`');
    expect(inlineCode('`a')).toBe('`` `a ``');
    expect(inlineCode(' \n')).toBe('` `');
  });

  test('prose', () => {
    expect(escapeText('a *b* _c_\n<d>')).toBe('a \\*b\\* \\_c\\_ \\<d\\>');
    expect(escapeText('@ann see #12')).toBe('@\u200bann see \\#\u200b12');
  });

  test('cutting never splits a character', () => {
    expect(cutBytes('aüb', 4)).toBe('aüb');
    expect(cutBytes('ääää', 6)).toBe('ä…');
    expect(cutBytes('😀😀', 7)).toBe('😀…');
  });

  test('sections that do not fit are counted', () => {
    expect(joinSections(['a', 'b'.repeat(50), 'c'], (count) => `${count} left out`, 40)).toBe(
      'a\n\nc\n\n1 left out',
    );
  });
});
