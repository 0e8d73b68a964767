import { describe, expect, it } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';
import { LINE_LIMIT_BYTES } from '../../src/analysis/reader/line-blocks.ts';

/** Protected by their whole name, which the drawn formats of two tools end in `.hs` or `.ex`. */
const PROTECTED_BY_NAME = /^\.gitmodules$|CODEOWNERS$/;

/** A log that imitates a tool's diff of a file. */
function imitation(name: string, header: (name: string) => string[] = black): string {
  const ending = header === black ? `would reformat ${name}` : '##[error]Process completed with exit code 1.';
  return [...header(name), '@@ -1 +1 @@', '-a', '+b', ending, ''].join('\n');
}

function black(name: string): string[] {
  return [`--- ${name}\t2026-01-01 00:00:00.000000 +0000`, `+++ ${name}\t2026-01-01 00:00:01.000000 +0000`];
}

function git(name: string): string[] {
  return [
    `diff --git a/${name} b/${name}`,
    'index 1111111..2222222 100644',
    `--- a/${name}`,
    `+++ b/${name}`,
  ];
}

/** The same in formats that tools draw themselves. */
const DRAWN: readonly ((name: string) => string[])[] = [
  (name) => [`from ${name}:`, '  1|-a', '1  |+b', '--', 'Found 1 not formatted file. Run dprint fmt to fix.'],
  (name) => [
    `--- ${name}\t(before formatting)`,
    `+++ ${name}\t(after formatting)`,
    '@@ -1 +1 @@',
    '-a',
    '+b',
  ],
  (name) => [
    'The following files had format violations:',
    `    ${name}`,
    '        @@ -1 +1 @@',
    '        -a',
    '        +b',
    "Run './gradlew spotlessApply' to fix all violations.",
  ],
  (name) => [`${name}.hs`, '@@ -1 +1 @@', '- a', '+ b'],
  (name) => [
    '** (Mix) mix format failed due to --check-formatted.',
    `${name}.ex`,
    '',
    '1   -|a',
    '  1 +|b',
    '',
  ],
];

describe('a hostile log', () => {
  it('(the imitation itself would be taken)', async () => {
    expect((await analyzeLog(imitation('a.py'))).patch).toContain('+++ b/a.py');
    expect((await analyzeLog(imitation('a.py', git))).patch).toContain('+++ b/a.py');
    for (const draw of DRAWN)
      expect((await analyzeLog(`${draw('a.py').join('\n')}\n`)).patch).toContain('+++ b/a.py');
  });

  it.each([
    '../../.github/workflows/x.yml',
    '.github/workflows/x.yml',
    '.GitHub/workflows/x.yml',
    'a/../.github/x.yml',
    './.github/x.yml',
    '/etc/passwd',
    '/home/runner/work/r/r/../../../etc/passwd',
    'C:\\Windows\\x.py',
    'a\\..\\..\\x.py',
    '.git/hooks/pre-commit',
    '.gitmodules',
    'docs/CODEOWNERS',
  ])('gets no patch for %s', async (name) => {
    for (const header of [black, git]) expect((await analyzeLog(imitation(name, header))).patch).toBeNull();
    for (const draw of DRAWN.filter((_, index) => index < 3 || !PROTECTED_BY_NAME.test(name)))
      expect((await analyzeLog(`${draw(name).join('\n')}\n`)).patch).toBeNull();
  });

  it.each([
    ['a changed mode', 'old mode 100644\nnew mode 100755'],
    ['a symlink', 'new file mode 120000'],
    ['a submodule', 'new file mode 160000'],
    ['a rename', 'similarity index 90%\nrename from a.py\nrename to b.py'],
    ['a binary', 'Binary files a/a.py and b/a.py differ'],
  ])('gets no patch with %s', async (_, extended) => {
    const [first = '', ...rest] = git('a.py');
    const log = [first, extended, ...rest, '@@ -1 +1 @@', '-a', '+b', ''].join('\n');
    expect((await analyzeLog(log)).patch).toBeNull();
  });

  it("gets no patch from a test's expected and actual", async () => {
    const log = '--- Expected\n+++ Received\n@@ -1 +1 @@\n-a\n+b\nFAIL a.test.ts\n';
    expect((await analyzeLog(log)).patch).toBeNull();
  });

  it('gets no patch from a diff that was only shown on the way', async () => {
    const log = `${imitation('a.py', git)}\nrunning tests\nFAILED tests/test_a.py::test_b - boom\n`;
    expect(await analyzeLog(log)).toMatchObject({ patch: null, category: 'test' });
  });

  it.each([
    ['@@ -1,2 +1 @@', '-a', '+b'],
    ['@@ -1 +1,2 @@', '-a', '+b'],
    ['@@ -1 +1 @@', '-a', '+b', '+c'],
  ])('gets no patch whose hunks do not add up: %s', async (...hunk) => {
    const result = await analyzeLog([...black('a.py'), ...hunk, 'would reformat a.py', ''].join('\n'));
    expect(result.patch === null || !result.patch.includes('+c')).toBe(true);
    if (hunk.length === 3) expect(result.patch).toBeNull();
  });

  it('gets no patch when it holds more diffs, or more of one, than are kept', async () => {
    const many = Array.from({ length: 2001 }, (_, n) => imitation(`a${n}.py`)).join('');
    const lines = Array.from({ length: 10_001 }, (_, n) => `-a${n}\n+b${n}`).join('\n');
    const long = [...black('a.py'), '@@ -1,10001 +1,10001 @@', lines, 'would reformat a.py', ''].join('\n');
    for (const log of [many, long])
      expect(await analyzeLog(log)).toMatchObject({ patch: null, category: 'format', tool: 'black' });
  });

  it('of one endless line is read in bounded memory, and the line is cut', async () => {
    const part = Buffer.alloc(1024 * 1024, 0x61);
    const parts = (async function* () {
      for (let n = 0; n < 64; n++) yield part;
      yield Buffer.from(' error: here\n');
    })();
    const { stats, root_cause } = await analyzeLog(parts);
    expect(stats).toEqual({ lines: 1, bytes: 64 * part.length + 13 });
    expect(root_cause?.text.length).toBeLessThan(LINE_LIMIT_BYTES);
  });

  it.each([
    ['nothing', ''],
    ['NULs', '\0\0\0\n'],
    ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0x0a, 0xc3, 0x28])],
    ['nested escapes', `${'\u001b['.repeat(5000)}m\n`],
    ['groups', '##[group]\n'.repeat(10_000)],
    [
      'bait for regular expressions',
      `${'a'.repeat(50_000)}!\n${'E   '.repeat(20_000)}\n${'FAILED '.repeat(20_000)}\n`,
    ],
    ['carriage returns', 'x\r'.repeat(50_000)],
  ])('of %s is unknown, not an error', async (_, log) => {
    expect(await analyzeLog(log)).toMatchObject({ category: 'unknown', patch: null, transient: false });
  });
});
