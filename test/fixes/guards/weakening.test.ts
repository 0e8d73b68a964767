import { describe, expect, test } from 'vitest';
import { inspectPatch } from '../../../src/fixes/guards/inspect-patch.ts';

/** A patch that replaces lines of one file. */
function patchOf(path: string, removed: readonly string[], added: readonly string[]): string {
  const body = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,${removed.length + 1} +1,${added.length + 1} @@`,
    ' context',
    ...body,
    '',
  ].join('\n');
}

function ruleOf(path: string, removed: readonly string[], added: readonly string[]): string | null {
  const inspection = inspectPatch(patchOf(path, removed, added), { protectedPaths: [], tool: 'black' });
  return inspection.ok ? null : inspection.refusal.rule;
}

describe('a new layout passes', () => {
  test.each([
    ['src/a.py', ['y = [1,2]'], ['y = [1, 2]']],
    ['tests/test_a.py', ['def test_a( ): assert  f(1)==2'], ['def test_a():', '    assert f(1) == 2']],
    ['tests/test_a.py', ["assert x == 'a'  # noqa"], ['assert x == "a"  # noqa']],
    [
      'src/a.test.ts',
      ["it('a',()=>{expect(1).toBe(1)})"],
      ["it('a', () => {", '  expect(1).toBe(1);', '});'],
    ],
    ['tests/test_b.py', ['import b', 'import a'], ['import a', 'import b']],
    [
      'pkg/a_test.go',
      ['func TestA(t *testing.T){t.Fatal("x")}'],
      ['func TestA(t *testing.T) { t.Fatal("x") }'],
    ],
    ['src/lib.rs', ['#[test] fn a(){assert_eq!(1,1)}'], ['#[test]', 'fn a() {', '    assert_eq!(1, 1)', '}']],
    ['src/a.py', ['import os'], []],
  ] as const)('%s %j', (path, removed, added) => {
    expect(ruleOf(path, removed, added)).toBeNull();
  });
});

describe('what no reader sees is refused', () => {
  test.each(['\u202e', '\u2066', '\u200e', '\u200b', '\u2028', '\ufeff', '\u001b[8m', '\u{e0041}', 'a\rb'])(
    'added: %j',
    (hidden) => {
      expect(ruleOf('src/a.py', ['x = 1'], [`x = "${hidden}"`])).toBe('content.hidden_character');
    },
  );

  test('and may move, or go', () => {
    expect(ruleOf('src/a.py', ["x='\u202e'"], ["x = '\u202e'"])).toBeNull();
    expect(ruleOf('src/a.py', ["x='\u202e'"], ["x = ''"])).toBeNull();
    expect(ruleOf('src/a.py', ['x=1\r'], ['x = 1\r'])).toBeNull();
    expect(ruleOf('src/a.py', ['x=1'], ["x = '\u{1f468}\u200d\u{1f469}'\f"])).toBeNull();
  });
});

describe('checking less is refused', () => {
  test.each([
    ['a test removed', 'src/a.py', ['def test_a():', '    pass'], ['pass'], 'content.test_removed'],
    ['a test renamed away', 'src/a.py', ['def test_a():'], ['def xtest_a():'], 'content.test_removed'],
    ['an assertion removed', 'src/a.py', ['assert x == 1'], ['x'], 'content.assertion_removed'],
    ['an assertion commented out', 'src/a.py', ['assert x'], ['# assert x'], 'content.assertion_removed'],
    ['an expectation removed', 'src/a.ts', ['expect(a).toBe(1);'], [], 'content.assertion_removed'],
    [
      'a test skipped',
      'tests/test_a.py',
      ['def test_a():'],
      ['@pytest.mark.skip', 'def test_a():'],
      'content.test_skipped',
    ],
    [
      'a test skipped in JavaScript',
      'a.test.ts',
      ["it('a', f)"],
      ["it.skip('a', f)"],
      'content.test_skipped',
    ],
    ['a test narrowed', 'a.test.ts', ["it('a', f)"], ["it.only('a', f)"], 'content.test_skipped'],
    ['a Go test skipped', 'a_test.go', ['x()'], ['t.Skip("later")', 'x()'], 'content.test_skipped'],
    ['a Rust test ignored', 'src/lib.rs', ['#[test]'], ['#[test]', '#[ignore]'], 'content.test_skipped'],
    ['noqa', 'src/a.py', ['x = 1'], ['x = 1  # noqa: E501'], 'content.rule_disabled'],
    ['type: ignore', 'src/a.py', ['x = 1'], ['x = 1  # type: ignore[misc]'], 'content.rule_disabled'],
    ['eslint-disable', 'src/a.ts', ['x'], ['// eslint-disable-next-line', 'x'], 'content.rule_disabled'],
    ['@ts-expect-error', 'src/a.ts', ['x'], ['// @ts-expect-error', 'x'], 'content.rule_disabled'],
    ['nolint', 'a.go', ['x()'], ['x() //nolint:errcheck'], 'content.rule_disabled'],
    ['allow(…)', 'src/a.rs', ['fn a() {}'], ['#[allow(dead_code)]', 'fn a() {}'], 'content.rule_disabled'],
    ['fmt: off', 'src/a.py', ['x'], ['# fmt: off', 'x'], 'content.rule_disabled'],
    ['an expected value', 'tests/test_a.py', ['assert x == 1'], ['assert x == 2'], 'content.test_changed'],
    ['a tautology', 'tests/test_a.py', ['assert f(x) == 1'], ['assert True'], 'content.test_changed'],
    ['a linter configuration', '.eslintrc.json', ['"error"'], ['"off"'], 'content.check_configuration'],
    ['a flat configuration', 'eslint.config.js', ['2'], ['0'], 'content.check_configuration'],
    ['a tool section', 'pyproject.toml', ['select = ["E"]'], ['select = []'], 'content.check_configuration'],
    ['a script', 'package.json', ['"test": "vitest"'], ['"test": "true"'], 'content.check_configuration'],
    [
      'a compiler configuration',
      'app/tsconfig.build.json',
      ['true'],
      ['false'],
      'content.check_configuration',
    ],
    ['a task file', 'Makefile', ['\tpytest'], ['\ttrue'], 'content.check_configuration'],
  ] as const)('%s', (_name, path, removed, added, rule) => {
    expect(ruleOf(path, removed, added)).toBe(rule);
  });

  test('a deleted file', () => {
    const patch = '--- a/x.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n';
    const inspection = inspectPatch(patch, { protectedPaths: [], tool: null });
    expect(inspection.ok ? null : inspection.refusal.rule).toBe('content.file_deleted');
  });
});

test.each([
  ['../x.py', 'path.unsafe'],
  ['a/.git/hooks/x', 'path.unsafe'],
  ['.github/workflows/ci.yml', 'path.protected'],
  ['yarn.lock', 'path.lock_file'],
])('a patch of %s is refused by %s', (path, rule) => {
  expect(ruleOf(path, ['a'], ['b'])).toBe(rule);
});

test('too many files and too many lines are refused', () => {
  const rules = { protectedPaths: [], tool: null };
  const files = Array.from({ length: 101 }, (_none, index) => patchOf(`src/f${index}.py`, ['a'], ['b']));
  const many = inspectPatch(files.join(''), rules);
  const long = inspectPatch(
    patchOf(
      'src/a.py',
      [],
      Array.from({ length: 10_001 }, () => 'x'),
    ),
    rules,
  );
  expect([many, long].map((it) => (it.ok ? null : it.refusal.rule))).toEqual([
    'patch.too_large',
    'patch.too_large',
  ]);
});
