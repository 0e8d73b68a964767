import { type FilePatch, type Patch, pathOf } from '../patch/types.ts';
import type { Refusal } from '../refusal.ts';

/** Something whose number in the changed lines may not fall, or may not rise. */
interface Measure {
  readonly rule: string;
  readonly reason: string;
  readonly pattern: RegExp;
}

/** Fewer than before means: checked less. Lines that are only a comment do not count. */
const MAY_NOT_FALL: readonly Measure[] = [
  {
    rule: 'content.test_removed',
    reason: 'removes a test',
    pattern:
      /\bdef\s+test\w*|\bfunc\s+(?:Test|Benchmark|Fuzz|Example)\w*|(?<![.\w])(?:it|test|describe|context|specify)(?:\.\w+)?\s*[(`]|#\[(?:\w+::)*test\b|@(?:Parameterized)?Test\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b/g,
  },
  {
    rule: 'content.assertion_removed',
    reason: 'removes an assertion',
    pattern:
      /\bassert\w*|\bAssert\b|\bexpect\s*\(|\.should\b|\b(?:XCT|EXPECT_|ASSERT_)\w+|\bt\.(?:Error|Fatal|Fail)\w*|\brequire\.[A-Z]\w*/g,
  },
];

/** More than before means: switched off. */
const MAY_NOT_RISE: readonly Measure[] = [
  {
    rule: 'content.test_skipped',
    reason: 'skips or narrows a test',
    pattern:
      /\bmark\.(?:skip\w*|xfail)|\bunittest\.(?:skip\w*|expectedFailure)|@(?:skip\w*|expectedFailure)\b|\bpytest\.(?:skip|xfail|importorskip)|\bskipTest\b|(?<![.\w])(?:x(?:it|test|describe|context)|f(?:it|describe|context))\s*\(|\.(?:skip|skipIf|only|todo|fails|failing)\b|\bt\.Skip\w*|#\[ignore\b|@(?:Disabled|Ignore)\b|\bSkip\s*=|\bpending\b/gi,
  },
  {
    rule: 'content.rule_disabled',
    reason: 'switches a rule of a linter, formatter or type checker off',
    pattern:
      /\bnoqa\b|\btype:\s*ignore|\bpyright:\s*\w+|\bmypy:\s*\w+|\bpylint:\s*\w+|\bflake8[:-]|\bruff:\s*\w+|\bisort:\s*\w+|\bfmt:\s*(?:off|skip)|\byapf:\s*disable|\bnosec\b|\bNOSONAR\b|\bNOLINT\w*|\bpragma:?\s*no\s*(?:cover|branch)|\beslint-\w+|\btslint:\w+|\bbiome-ignore|\bdeno-lint-ignore|\boxlint-\w+|@ts-(?:ignore|expect-error|nocheck)|\bprettier-ignore|\bstylelint-disable|\b(?:istanbul|c8|v8)\s+ignore|\$FlowFixMe|#!?\[(?:cfg_attr\([^)\n]{0,80})?(?:allow|expect|rustfmt::skip|rustfmt_skip)\b|\brubocop:\w+|\bstandard:\w+|\bshellcheck\s+disable|\bhadolint\s+ignore|\bclang-format\s+off|@SuppressWarnings|@Suppress\b|\bcheckstyle:off|\bphpcs:\w+|@phpstan-ignore|@psalm-suppress|\bswiftlint:\w+|\bktlint-disable|\bpragma\s+warning|\bSuppressMessage\b|\bmarkdownlint-\w+|\byamllint\s+disable|\bgosec\b|\blint:ignore/gi,
  },
];

/**
 * What a reader does not see and a compiler may: characters that turn the direction of the text, have no width, end a
 * line in some languages only, or steer a terminal. Joiners (of emoji, and of letters) are none. Layout adds none.
 */
const HIDDEN: Measure = {
  rule: 'content.hidden_character',
  reason: 'adds a character that nobody sees',
  pattern:
    /(?!\u200c|\u200d|[\t\n\f\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\r(?!\n|$)|[\u115f\u1160\u3164\uffa0\u2800]/gu,
};

/** Files that say what is checked. No change of theirs is made without a person. */
const CHECK_CONFIGURATION =
  /(?:^|\/)(?:\.?(?:eslint|prettier|stylelint|markdownlint|textlint|commitlint|cspell|jscpd|lintstaged)[^/]*|[^/]*\.config\.[cm]?[jt]s|(?:biome|oxlint|\.oxlintrc|deno|tslint|nx|turbo|jest)[^/]*\.jsonc?|tsconfig[^/]*\.json|\.(?:flake8|pylintrc|isort\.cfg|bandit|coveragerc|yamllint[^/]*|shellcheckrc|hadolint\.yaml|rubocop[^/]*|rspec|nycrc[^/]*|c8rc[^/]*|mocharc[^/]*|swiftlint\.yml|editorconfig|clang-(?:format|tidy)|golangci[^/]*|scalafmt\.conf|php-cs-fixer[^/]*|codecov\.ya?ml|codeclimate\.yml|semgrep[^/]*|dockerignore)|pylintrc|ruff\.toml|\.ruff\.toml|mypy\.ini|\.mypy\.ini|pyrightconfig\.json|pytest\.ini|tox\.ini|setup\.cfg|noxfile\.py|conftest\.py|(?:clippy|\.clippy|rustfmt|\.rustfmt|deny|nextest)\.toml|phpcs[^/]*\.xml[^/]*|phpunit[^/]*|phpstan[^/]*|psalm[^/]*|checkstyle[^/]*\.xml|detekt[^/]*\.yml|codecov\.ya?ml|sonar-project\.properties|Makefile|justfile|Taskfile\.ya?ml|package\.json|pyproject\.toml|Cargo\.toml|composer\.json|build\.gradle[^/]*|pom\.xml|Rakefile)$/i;

const TEST_FILE =
  /(?:^|\/)(?:tests?|specs?|__tests__|e2e|testing)\/|(?:^|[/._-])(?:test|spec)s?[._-][^/]*$|[a-z](?:Test|Tests|Spec|IT)\.[A-Za-z]+$|_test\.[a-z]+$/;

const COMMENT_LINE = /^\s*(?:#(?![![])|\/\/|\/\*|\*|--|;|<!--)/;

/**
 * Why the patch would let a check pass by checking less, or null. Counts in the changed lines of each file, so
 * that a new layout of the same code passes; a test file may change in layout only, no configuration of a
 * check and no deletion passes at all.
 */
export function findWeakening(patch: Patch): Refusal | null {
  for (const file of patch) {
    const found = inspectFile(file);
    if (found) return { rule: found.rule, reason: `the patch ${found.reason} (${pathOf(file)})` };
  }
  return null;
}

function inspectFile(file: FilePatch): Refusal | null {
  if (file.newPath === null) return { rule: 'content.file_deleted', reason: 'deletes a file' };
  const path = pathOf(file);
  if (CHECK_CONFIGURATION.test(path)) {
    return { rule: 'content.check_configuration', reason: 'changes what is checked' };
  }
  const removed = textOf(file, 'removed');
  const added = textOf(file, 'added');
  const fewer = MAY_NOT_FALL.find(
    ({ pattern }) => count(withoutComments(added), pattern) < count(withoutComments(removed), pattern),
  );
  if (fewer) return fewer;
  const more = [...MAY_NOT_RISE, HIDDEN].find(
    ({ pattern }) => count(added, pattern) > count(removed, pattern),
  );
  if (more) return more;
  if (file.oldPath !== null && TEST_FILE.test(path) && !sameWords(removed, added)) {
    return { rule: 'content.test_changed', reason: 'changes more than the layout of a test file' };
  }
  return null;
}

function textOf(file: FilePatch, kind: 'added' | 'removed'): string {
  return file.hunks
    .flatMap((hunk) => hunk.lines.filter((line) => line.kind === kind).map((line) => line.text))
    .join('');
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !COMMENT_LINE.test(line))
    .join('\n');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Sets, not lists: sorting and joining imports repeats or drops words. */
function sameWords(removed: string, added: string): boolean {
  const [before, after] = [wordsOf(removed), wordsOf(added)];
  return before.size === after.size && Array.from(before).every((word) => after.has(word));
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []);
}
