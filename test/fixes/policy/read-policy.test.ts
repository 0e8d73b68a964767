import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/fixes/policy/policy.ts';
import { POLICY_KEYS, type PolicyReading, readPolicy } from '../../../src/fixes/policy/read-policy.ts';

function problemsOf(reading: PolicyReading): readonly string[] {
  return reading.ok ? [] : reading.problems;
}

describe('readPolicy', () => {
  test.each([
    ['no file', null],
    ['an empty file', ''],
    ['a comment', '# nothing yet\n'],
    ['an empty mapping', '{}'],
  ])('%s means the default: suggest', (_name, text) => {
    expect(readPolicy(text)).toEqual({ ok: true, policy: DEFAULT_POLICY });
    expect(DEFAULT_POLICY.mode).toBe('suggest');
  });

  test('reads every option', () => {
    const text = `
mode: off
categories: { format: fix, test: report }
checks:
  - { name: 'deploy *', mode: off }
min_confidence: 0.5
quiet_period: 5m
wait_for_suite: false
protected_paths: [db/migrations]
limits: { commits_per_day: 1, reruns_per_day: 0 }
skip: { labels: [hold], authors: ['*[bot]'], drafts: true }
reruns: false
commit_message: 'style: {tool}'
commands: false
`;
    expect(readPolicy(text)).toEqual({
      ok: true,
      policy: {
        mode: 'off',
        categories: { format: 'fix', test: 'report' },
        checks: [{ name: 'deploy *', mode: 'off' }],
        minConfidence: 0.5,
        quietPeriodMs: 300_000,
        waitForSuite: false,
        protectedPaths: ['db/migrations'],
        limits: { commitsPerDay: 1, rerunsPerDay: 0 },
        skip: { labels: ['hold'], authors: ['*[bot]'], drafts: true },
        reruns: false,
        commitMessage: 'style: {tool}',
        commands: false,
      },
    });
    for (const key of POLICY_KEYS) expect(text).toContain(`${key}:`);
  });

  test('a path is one inside the repository, with or without ./', () => {
    const reading = readPolicy("protected_paths: [./db, 'docs/*.md', 'a b/**']");
    expect(reading.ok && reading.policy.protectedPaths).toEqual(['db', 'docs/*.md', 'a b/**']);
  });

  test.each(['db/{a,b}/**', 'db/[ab].sql', '!db', 'db\\a.sql', ' db', 'db '])(
    'a path that would protect nothing is a mistake: %j',
    (path) => {
      const [problem] = problemsOf(readPolicy(JSON.stringify({ protected_paths: [path] })));
      expect(problem).toContain('protects nothing');
      expect(problem).toContain(JSON.stringify(path));
    },
  );

  test('a duration without a unit is a mistake that says how to write it', () => {
    expect(problemsOf(readPolicy('quiet_period: 0'))[0]).toContain('such as 0s');
  });

  test('0s is no quiet period', () => {
    const reading = readPolicy('quiet_period: 0s');
    expect(reading.ok && reading.policy.quietPeriodMs).toBe(0);
  });

  test.each([
    ['mod: fix', 'mod: unknown key, did you mean mode?'],
    ['limits: { commit_per_day: 2 }', 'limits.commit_per_day: unknown key, did you mean commits_per_day?'],
    ['skip: { label: [a] }', 'skip.label: unknown key, did you mean labels?'],
    ['categories: { formt: fix }', 'categories.formt: unknown key, did you mean format?'],
    ['checks: [{ name: a, mod: fix }]', 'checks.0.mod: unknown key, did you mean mode?'],
    ['mode: fxi', 'mode: must be one of off, shadow, report, suggest, fix'],
    ['quiet_period: 60', 'quiet_period: '],
    ['quiet_period: 13h', 'quiet_period: must be a duration such as 0s, 60s, 5m or 1h, at most 12h'],
    ['limits: { commits_per_day: 4 }', 'limits.commits_per_day: '],
    ['wait_for_suite: 1', 'wait_for_suite: '],
    ['- mode: fix', 'the file must be a mapping of options'],
    ['mode: fix\nmode: off', 'Map keys must be unique at line 2'],
    ['mode: [', 'Flow sequence'],
    ['skip: { labels: &a [x] }\nprotected_paths: *a', 'aliases are not allowed'],
    ['commit_message: "a\\nb"', 'commit_message: must be one line'],
    ['x'.repeat(70_000), 'the file is larger than'],
  ])('%s is refused with its path', (text, problem) => {
    expect(problemsOf(readPolicy(text)).join('\n')).toContain(problem);
  });

  test('names every problem', () => {
    const problems = problemsOf(readPolicy('mod: fix\nquiet_period: soon\nlimits: { commits_per_day: -1 }'));
    expect(problems).toHaveLength(3);
  });
});
