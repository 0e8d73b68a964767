import fc from 'fast-check';

const ESC = '\u001b';
const TIME = '2026-11-02T09:14:07.1234567Z ';

const PATHS = [
  ...['a.py', 'src/a.go', 'src/b.rs', './c.ts', 'main.tf', 'run.sh', 'a b.py', 'é.py', '"a.py"'],
  ...[
    '../../.github/workflows/x.yml',
    '.github/workflows/x.yml',
    '/etc/passwd',
    '/home/runner/work/r/r/a.py',
  ],
  ...[
    '/home/runner/work/r/r/../../../x',
    'a/../../b.py',
    'C:\\a\\r\\r\\a.py',
    '.git/config',
    'CODEOWNERS',
    '~/x',
    'a\0b.py',
  ],
];

/** Lines that a dialect or a rule reacts to, and what breaks them. */
const LINES = [
  ...[
    'diff --git a/a.py b/a.py',
    'index 1111111..2222222 100644',
    'new file mode 100644',
    'new file mode 120000',
  ],
  ...[
    'deleted file mode 100644',
    'old mode 100644',
    'rename from a.py',
    'Binary files a/a.py and b/a.py differ',
  ],
  ...[
    '@@ -1 +1 @@',
    '@@ -1,2 +1,3 @@',
    '@@ -0,0 +1 @@',
    '@@ -1,3 +0,0 @@',
    '@@ -999999999 +1 @@',
    ' a',
    '-a',
    '+b',
    '+',
    '-',
  ],
  ...[
    '\\ No newline at end of file',
    'Diff in src/main.rs:1:',
    'Diff in /etc/x.rs at line 3:',
    'would reformat a.py',
  ],
  ...[
    '1 file would be reformatted',
    'git diff --exit-code',
    'All changes made by hooks:',
    '- files were modified by this hook',
  ],
  ...[
    'ERROR: a.py Imports are incorrectly sorted',
    'FAILED tests/test_a.py::test_b - assert 1',
    'E   assert 1 == 2',
  ],
  ...[
    '##[group]Run tests',
    '##[endgroup]',
    '##[error]Process completed with exit code 1.',
    '::error file=../x,line=1::boom',
  ],
  ...[
    'No space left on device',
    'src/a.ts(1,2): error TS2304: x',
    'error[E0308]: mismatched types',
    '  --> src/a.rs:1:2',
    '',
  ],
];

const DRAWN_LINES = [
  '+b',
  '-',
  '+',
  ' a',
  '+·b',
  '+\\tb',
  '+"\\t"',
  '+→b␃',
  '+b\\n',
  '@@ -1 +1 @@',
  '...',
  '',
];

type Drawing = (name: string, line: string) => string[];
const DRAWN: readonly Drawing[] = [
  (name, line) => [`${name}.hs`, '@@ -1 +1 @@', '- a', line],
  (name, line) => [
    `from ${name}:`,
    '  1|-a',
    `1  |${line}`,
    '--',
    'Found 1 not formatted file. Run dprint fmt to fix.',
  ],
  (name, line) => [
    '** (Mix) mix format failed due to --check-formatted.',
    `${name}.ex`,
    '',
    '1   -|a',
    `  1 ${line}`,
    '',
  ],
  (name, line) => [
    'The following files had format violations:',
    `    ${name}`,
    '        @@ -1 +1 @@',
    '        -a',
    `        ${line}`,
    "Run './gradlew spotlessApply' to fix all violations.",
  ],
  (name, line) => [
    `--- ${name}\t(before formatting)`,
    `+++ ${name}\t(after formatting)`,
    '@@ -1 +1 @@',
    '-a',
    line,
  ],
  (name, line) => [`--- ${name}\t(original)`, `+++ ${name}\t(reformatted)`, '@@ -1 +1 @@', '-a', line],
];

const NAMED = ['--- ', '+++ ', '--- a/', '+++ b/', 'diff a.go.orig ', 'would reformat ', 'Diff in '];

const line = fc.oneof(
  { arbitrary: fc.constantFrom(...LINES), weight: 6 },
  {
    arbitrary: fc
      .tuple(
        fc.constantFrom(...NAMED),
        fc.constantFrom(...PATHS),
        fc.constantFrom('', '.orig', '\t2026-01-01 00:00:00', ':before\t2026-01-01 '),
      )
      .map((parts) => parts.join('')),
    weight: 4,
  },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }), weight: 1 },
  {
    arbitrary: fc
      .constantFrom('a', ' ', '\t', '\r', `${ESC}[`, '^[[', 'E   ', '-', '│ ')
      .map((it) => it.repeat(3000)),
    weight: 1,
  },
);

const dressed = fc
  .tuple(
    fc.constantFrom('', '', TIME, 'job\tstep\t', `${ESC}[31m`, '\ufeff', '\0'),
    line,
    fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', ''),
  )
  .map((parts) => parts.join(''));

/** A change of one line of any file, as tools with a format of their own draw it. */
const drawn = fc
  .tuple(fc.constantFrom(...PATHS), fc.nat(5), fc.constantFrom(...DRAWN_LINES))
  .map(([name, kind, text]) => DRAWN[kind]?.(name, text).join('\n').concat('\n') ?? '');

/** A whole diff as a formatter or git prints it, of any file. */
const diff = fc
  .tuple(
    fc.constantFrom(...PATHS),
    fc.boolean(),
    fc.constantFrom('@@ -1 +1 @@', '@@ -1,2 +1 @@', '@@ -3 +3 @@'),
  )
  .map(([name, git, hunk]) => {
    const head = git
      ? [`diff --git a/${name} b/${name}`, `--- a/${name}`, `+++ b/${name}`]
      : [`would reformat ${name}`, `--- ${name}\t2026-01-01 00:00:00`, `+++ ${name}\t2026-01-01 00:00:01`];
    return [...head, hunk, '-a', '+b', ''].join('\n');
  });

/** Logs made of lines that tools print, in any order. */
export const madeUpLog: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { arbitrary: dressed, weight: 8 },
      { arbitrary: diff, weight: 1 },
      { arbitrary: drawn, weight: 1 },
    ),
    { maxLength: 30 },
  )
  .map((lines) => Buffer.from(lines.join('')));

type Mutation = (log: Buffer, other: Buffer) => Buffer;

const at = (log: Buffer, share: number) => Math.floor(log.length * share);

const mutation: fc.Arbitrary<Mutation> = fc
  .tuple(
    fc.nat(6),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    dressed,
    fc.nat(255),
  )
  .map(
    ([kind, a, b, text, byte]): Mutation =>
      (log, other) => {
        const [from, to] = [at(log, Math.min(a, b)), at(log, Math.max(a, b))];
        const lineAt = log.lastIndexOf(0x0a, from) + 1;
        if (kind === 0) return log.subarray(0, to);
        if (kind === 1) return Buffer.concat([log.subarray(0, from), log.subarray(to)]);
        if (kind === 2) return Buffer.concat([log.subarray(0, to), log.subarray(from)]);
        if (kind === 3)
          return Buffer.concat([log.subarray(0, lineAt), Buffer.from(text), log.subarray(lineAt)]);
        if (kind === 4) return Buffer.concat([log.subarray(0, from), other.subarray(at(other, b))]);
        if (kind === 5)
          return Buffer.concat([log.subarray(0, from), Buffer.of(byte), log.subarray(from + 1)]);
        return Buffer.from(
          log.toString('latin1').replaceAll(/[\w./-]+\.(?:py|go|rs|ts)\b/g, () => text.trim()),
          'latin1',
        );
      },
  );

/** Real logs with parts cut, doubled, exchanged and put in. */
export function mutatedLog(logs: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      fc.constantFrom(...logs),
      fc.constantFrom(...logs),
      fc.array(mutation, { minLength: 1, maxLength: 6 }),
    )
    .map(([log, other, mutations]) => mutations.reduce((bytes, mutate) => mutate(bytes, other), log));
}
