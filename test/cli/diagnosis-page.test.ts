import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';
import { formatDiagnosis } from '../../src/cli/diagnosis-page.ts';

const logs = path.resolve(import.meta.dirname, '../../fixtures/logs');

async function pageOf(log: string): Promise<string> {
  return stripVTControlCharacters(formatDiagnosis(await analyzeLog(log)));
}

const fixture = (name: string) => pageOf(readFileSync(path.join(logs, name, 'job.log'), 'utf8'));

describe('the page of a diagnosis', () => {
  it('shows the cause with what follows it, the place, the test and what to do', async () =>
    expect(await fixture('go/test')).toBe(
      [
        'The test TestTotal failed',
        'test · go test, confidence 96 %',
        '',
        'Cause',
        '> 5  --- FAIL: TestTotal (0.00s)',
        '  6  prices_test.go:7: Total(1, 2) = -1, want 3',
        '',
        'Where',
        '  prices_test.go:7  Total(1, 2) = -1, want 3',
        '',
        'Failed tests',
        '  TestTotal',
        '',
        'What to do',
        '  A person has to look at it: there is nothing that could be changed safely.',
        '',
      ].join('\n'),
    ));

  it('shows a patch as it is', async () =>
    expect(await fixture('go/gofmt')).toContain(
      'Patch\n  diff --git a/cmd/shop/main.go b/cmd/shop/main.go\n',
    ));

  it('keeps the tabs of a patch', async () =>
    expect(await fixture('javascript/dprint')).toContain('\n  -\tlet t = 0;\n'));

  it('names a file as the repository does, and leaves out what a build tool says to everyone', async () => {
    const page = await fixture('java/gradle-javac');
    expect(page).toMatch(/^src\/main\/java\/shop\/Prices\.java, line 4: cannot find symbol\n/);
    expect(await fixture('java/maven-extension')).not.toContain('To see the full stack trace');
  });

  it('names the command of a formatter whose change the log does not show', async () =>
    expect(await fixture('javascript/prettier')).toMatch(
      /does not show the whole change\.\n {2}prettier --write \.\n$/,
    ));

  it('marks the gaps between the lines of the log', async () =>
    expect(await fixture('rust/clippy')).toMatch(/> {2}6 {2}error: .*\n {3}⋮\n {2}21 {2}error: /));

  it('says that a job passed', async () =>
    expect(await pageOf('The command "make" exited with 0.\nDone. Your build exited with 0.\n')).toMatch(
      /^The job passed\nunknown, confidence \d\d %\n\nWhat to do\n {2}Nothing: /,
    ));

  it('lets nothing of the log steer the terminal', async () => {
    const page = formatDiagnosis(await analyzeLog('FAILED tests/a.py::b - \u009b2J\u0007 boom \u001b]0;x\n'));
    const codes = Array.from(page, (character) => character.codePointAt(0) ?? 0);
    // Colours of its own begin with an escape.
    expect(codes.filter((code) => code === 7 || (code >= 0x80 && code < 0xa0))).toEqual([]);
    expect(page).not.toContain('\u001b]');
  });
});
