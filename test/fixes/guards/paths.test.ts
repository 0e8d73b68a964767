import { describe, expect, test } from 'vitest';
import { matchesName, matchesPath } from '../../../src/fixes/guards/glob.ts';
import { inspectPatch } from '../../../src/fixes/guards/inspect-patch.ts';
import { protectedPath } from '../../../src/fixes/guards/protected-paths.ts';
import { collidingPaths, unsafePath } from '../../../src/fixes/guards/safe-path.ts';

describe('matchesPath', () => {
  test.each([
    ['docs/**', 'docs/a/b.md', true],
    ['docs/**', 'src/docs/a.md', false],
    ['docs', 'docs/a/b.md', true],
    ['docs/', 'src/docs/a.md', true],
    ['/docs', 'src/docs/a.md', false],
    ['*.sql', 'db/x/1.sql', true],
    ['db/*.sql', 'db/x/1.sql', false],
    ['db/**/*.sql', 'db/1.sql', true],
    ['db/**/*.sql', 'db/x/y/1.sql', true],
    ['db/**/m/**/*.sql', 'db/x/y/1.sql', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['CODEOWNERS', 'docs/codeowners', true],
    ['**', 'anything', true],
    ['src/*/gen', 'src/a/gen/x.ts', true],
    // Names that a file system takes for the same, which ignores case or composes characters.
    ['.vscode', '.v\u017fcode/tasks.json', true],
    ['na\u00efve/**', 'nai\u0308ve/a', true],
    ['nai\u0308ve/**', 'na\u00efve/a', true],
    ['stra?e', 'stra\u00dfe', true],
  ])('%s, %s: %s', (pattern, path, fits) => {
    expect(matchesPath(pattern, path)).toBe(fits);
  });

  test('a hostile pattern costs no more than its length', () => {
    const started = performance.now();
    matchesPath(`${'**/*a*a*a*a*/'.repeat(20)}b`, `${'a'.repeat(200)}/`.repeat(18));
    matchesName(`${'*a'.repeat(100)}b`, 'a'.repeat(4000));
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('unsafePath', () => {
  test.each([
    'src/a.ts',
    'a b/ü.py',
    '.eslintrc',
    'x/.gitkeep',
    'a..b/c',
    '-rf',
    'x~',
    'notes~draft.md',
    'a\u00a0b',
  ])('%s is safe', (path) => {
    expect(unsafePath(path)).toBeNull();
  });

  test.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../b',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'C:/x',
    'a:stream',
    '.git/config',
    'a/.GIT/hooks/x',
    '.git./config',
    '.git /config',
    'git~1/config',
    '.g\u200cit/config',
    'a\u0000b',
    'a\nb',
    'a\u202eb',
    'a\u2028b',
    'a\u2029b',
    'a\u3164b',
    'a\u2800b',
    'a\ufe0fb',
    'x/con\u00a0',
    'x/con.',
    'GITHUB~1/workflows/x.yml',
    'docs/AGENTS~1.MD',
    'x'.repeat(300),
    'x/'.repeat(3000),
  ])('%j is refused', (path) => {
    expect(unsafePath(path)?.rule).toBe('path.unsafe');
  });
});

describe('collidingPaths', () => {
  test.each([
    [['src/A.ts', 'src/a.ts']],
    [['Lib/x', 'y', 'lib/x']],
    [['Foo', 'foo/bar']],
    [['src/lib/x', 'src/Lib']],
    [['stra\u00dfe.md', 'STRASSE.md']],
    [['caf\u00e9.md', 'cafe\u0301.md']],
  ])('%j are refused', (paths) => {
    expect(collidingPaths(paths)).toMatchObject({
      rule: 'path.unsafe',
      reason: expect.stringContaining('one file'),
    });
  });

  test('others are not', () => {
    expect(collidingPaths(['a', 'b/a', 'a.ts', 'B/c'])).toBeNull();
  });

  test('a patch with such paths is refused', () => {
    const patch = ['A.ts', 'a.ts']
      .map((path) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-x\n+y\n`)
      .join('');
    const inspection = inspectPatch(patch, { protectedPaths: [], tool: null });
    expect(inspection).toMatchObject({ ok: false, refusal: { rule: 'path.unsafe' } });
  });
});

describe('protectedPath', () => {
  test.each([
    '.github/workflows/ci.yml',
    '.GitHub/checkmend.yml',
    'sub/.github/x',
    'CODEOWNERS',
    'docs/CODEOWNERS',
    '.gitattributes',
    'sub/.gitmodules',
    '.gitlab-ci.yml',
    'CLAUDE.md',
    'packages/a/AGENTS.md',
    '.cursor/rules/x.mdc',
    '.mcp.json',
    '.vscode/tasks.json',
    '.husky/pre-commit',
    '.cirrus.yml',
    'appveyor.yml',
    '.semaphore/semaphore.yml',
    'cloudbuild.yaml',
    'buildspec.yml',
    'renovate.json5',
    '.yarn/releases/yarn-4.cjs',
    'mise.toml',
    '.mise/tasks/x',
    '.opencode/agent/x.md',
    '.amazonq/rules/x.md',
    '.kilocode/mcp.json',
    '.goosehints',
    '.zed/tasks.json',
    '.env.local',
    'deploy/.env',
    '.ssh/authorized_keys',
  ])('%s is always protected', (path) => {
    expect(protectedPath(path, [], 'black')?.rule).toBe('path.protected');
  });

  test('the policy protects more', () => {
    expect(protectedPath('db/migrations/1.sql', ['db/migrations'], null)?.reason).toContain('policy');
    expect(protectedPath('src/a.py', ['db/migrations'], null)).toBeNull();
  });

  test.each([
    ['package-lock.json', 'npm', null],
    ['app/package-lock.json', 'cargo', 'path.lock_file'],
    ['Cargo.lock', 'cargo', null],
    ['Cargo.lock', null, 'path.lock_file'],
    ['go.sum', 'black', 'path.lock_file'],
  ])('%s by %s: %s', (path, tool, rule) => {
    expect(protectedPath(path, [], tool)?.rule ?? null).toBe(rule);
  });
});
