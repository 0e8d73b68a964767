import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/analysis/types.ts';
import { type DecisionFacts, decide, effectiveMode, isSwitchedOff } from '../../src/fixes/decide.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/fixes/policy/policy.ts';
import { diagnosisOf, PATCH, TRANSIENT } from './support/world.ts';

const FIX: Policy = { ...DEFAULT_POLICY, mode: 'fix' };
const OPEN: DecisionFacts['pullRequest'] = {
  state: 'open',
  draft: false,
  labels: ['bug'],
  author: 'ann',
  fork: false,
  maintainerCanModify: false,
  headRepository: 'octo/app',
  headRef: 'topic',
};
const UNKNOWN = diagnosisOf({ category: 'unknown', patch: null, recommendation: 'report' });
const TEST = diagnosisOf({ category: 'test', patch: null, recommendation: 'report' });

function factsOf(changes: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    override: 'policy',
    policyProblems: [],
    paused: null,
    ignoredBy: null,
    checkName: 'format',
    appSlug: 'github-actions',
    pullRequest: OPEN,
    ownCommits: { count: 0, checkNames: [] },
    limits: { id: null, headSha: 'a'.repeat(40), attempts: [], shadow: false, now: 0 },
    base: null,
    flakiness: { bothOnOneCommit: 0, returns: 0 },
    tried: [],
    ...changes,
  };
}

const pull = (changes: Partial<DecisionFacts['pullRequest']>) => ({ pullRequest: { ...OPEN, ...changes } });

const CASES: [string, Diagnosis, Partial<DecisionFacts>, Policy, string, string, string | null][] = [
  ['a patch, by default', diagnosisOf(), {}, DEFAULT_POLICY, 'offer', 'mode.suggest', 'apply_patch'],
  ['a patch, mode fix', diagnosisOf(), {}, FIX, 'apply', 'mode.fix', 'apply_patch'],
  ['a patch, mode report', diagnosisOf(), {}, { ...FIX, mode: 'report' }, 'report', 'mode.report', 'report'],
  ['a patch, mode off', diagnosisOf(), {}, { ...FIX, mode: 'off' }, 'silent', 'mode.off', null],
  ['a patch that is unsure', diagnosisOf({ confidence: 0.79 }), {}, FIX, 'offer', 'confidence.low', 'report'],
  ['a patch that is broken', diagnosisOf({ patch: 'x\n' }), {}, FIX, 'report', 'patch.malformed', 'report'],
  [
    'a patch of a protected file',
    diagnosisOf({ patch: PATCH.replaceAll('app.py', '.github/x.yml') }),
    {},
    FIX,
    'report',
    'path.protected',
    'report',
  ],
  [
    'a patch of a file that the policy protects',
    diagnosisOf(),
    {},
    { ...FIX, protectedPaths: ['*.py'] },
    'report',
    'path.protected',
    'report',
  ],
  [
    'infrastructure, by default',
    TRANSIENT,
    {},
    DEFAULT_POLICY,
    'apply',
    'rerun.transient',
    'rerun_failed_jobs',
  ],
  [
    'infrastructure, no re-runs',
    TRANSIENT,
    {},
    { ...FIX, reruns: false },
    'report',
    'rerun.not_allowed',
    'report',
  ],
  [
    'infrastructure of others',
    TRANSIENT,
    { appSlug: 'circleci' },
    FIX,
    'report',
    'rerun.not_actions',
    'report',
  ],
  [
    'infrastructure, a little less sure',
    { ...TRANSIENT, confidence: 0.75 },
    {},
    { ...FIX, minConfidence: 1 },
    'apply',
    'rerun.transient',
    'rerun_failed_jobs',
  ],
  [
    'infrastructure, unsure',
    { ...TRANSIENT, confidence: 0.6 },
    {},
    FIX,
    'report',
    'confidence.low',
    'report',
  ],
  ['a failed test', TEST, {}, FIX, 'report', 'diagnosis.no_fix', 'report'],
  ['nothing recognised', UNKNOWN, {}, FIX, 'silent', 'diagnosis.unknown', null],
  [
    'nothing recognised, mode report',
    UNKNOWN,
    {},
    { ...FIX, mode: 'report' },
    'silent',
    'diagnosis.unknown',
    null,
  ],
  ['CHECKMEND_MODE=off', diagnosisOf(), { override: 'off' }, FIX, 'silent', 'override.off', null],
  ['a pause', diagnosisOf(), { paused: 'all' }, FIX, 'silent', 'paused', null],
  ['a broken policy', diagnosisOf(), { policyProblems: ['x'] }, FIX, 'report', 'policy.broken', 'report'],
  [
    'a closed pull request',
    diagnosisOf(),
    pull({ state: 'closed' }),
    FIX,
    'silent',
    'pull_request.closed',
    null,
  ],
  [
    'a draft that is skipped',
    diagnosisOf(),
    pull({ draft: true }),
    { ...FIX, skip: { ...FIX.skip, drafts: true } },
    'silent',
    'skip.draft',
    null,
  ],
  ['a draft', diagnosisOf(), pull({ draft: true }), FIX, 'apply', 'mode.fix', 'apply_patch'],
  ['a label', diagnosisOf(), pull({ labels: ['No-Checkmend'] }), FIX, 'silent', 'skip.label', null],
  [
    'an author',
    diagnosisOf(),
    pull({ author: 'renovate[bot]' }),
    { ...FIX, skip: { ...FIX.skip, authors: ['*[bot]'] } },
    'silent',
    'skip.author',
    null,
  ],
  [
    'a fork that is closed to us',
    diagnosisOf(),
    pull({ fork: true }),
    FIX,
    'offer',
    'fork.read_only',
    'apply_patch',
  ],
  [
    'a pull request of our own',
    diagnosisOf(),
    pull({ headRef: 'checkmend/pr-5-abc' }),
    FIX,
    'offer',
    'loop.own_pull_request',
    'report',
  ],
  [
    'a fork that is open to us',
    diagnosisOf(),
    pull({ fork: true, maintainerCanModify: true }),
    FIX,
    'apply',
    'mode.fix',
    'apply_patch',
  ],
  ['a fork that is gone', diagnosisOf(), pull({ headRepository: null }), FIX, 'offer', 'head.gone', 'report'],
  [
    'our own commit failing the same check',
    diagnosisOf(),
    { ownCommits: { count: 1, checkNames: ['format'] } },
    FIX,
    'offer',
    'loop.same_check',
    'report',
  ],
  [
    'our own commit failing another check',
    diagnosisOf(),
    { ownCommits: { count: 1, checkNames: ['imports'] } },
    FIX,
    'apply',
    'mode.fix',
    'apply_patch',
  ],
  [
    'two commits of ours in a row',
    diagnosisOf(),
    { ownCommits: { count: 2, checkNames: [] } },
    FIX,
    'offer',
    'loop.two_in_a_row',
    'report',
  ],
];

describe('decide', () => {
  test.each(CASES)('%s', (_name, diagnosis, facts, policy, action, rule, strategy) => {
    const verdict = decide(diagnosis, factsOf(facts), policy);
    expect(verdict).toMatchObject({ action, rule, strategy, shadow: false });
    expect(verdict.reason).not.toBe('');
  });

  test('shadow mode decides in earnest and says that it is shadow', () => {
    const apply = { action: 'apply', rule: 'mode.fix', shadow: true };
    expect(decide(diagnosisOf(), factsOf(), { ...FIX, mode: 'shadow' })).toMatchObject(apply);
    expect(decide(diagnosisOf(), factsOf({ override: 'shadow' }), FIX)).toMatchObject(apply);
  });
});

describe('effectiveMode', () => {
  const policy: Policy = {
    ...DEFAULT_POLICY,
    categories: { format: 'fix', test: 'report' },
    checks: [
      { name: 'nightly *', mode: 'off' },
      { name: 'night*', mode: 'fix' },
    ],
  };

  test.each([
    ['format', 'lint', 'fix'],
    ['lint', 'lint', 'suggest'],
    ['test', 'nighthawk', 'report'],
    ['format', 'Nightly build', 'off'],
  ] as const)('%s in %s: %s', (category, check, mode) => {
    expect(effectiveMode(policy, { category }, check)).toBe(mode);
  });

  test('off and shadow of the whole repository come first', () => {
    for (const mode of ['off', 'shadow'] as const) {
      expect(effectiveMode({ ...policy, mode }, { category: 'format' }, 'lint')).toBe(mode);
    }
  });

  test('a check can be known to be off before it is looked into', () => {
    expect(isSwitchedOff(policy, 'nightly build')).toBe(true);
    expect(isSwitchedOff(policy, 'lint')).toBe(false);
    expect(isSwitchedOff({ ...policy, mode: 'off' }, 'lint')).toBe(true);
  });
});
