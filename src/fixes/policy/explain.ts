import { CATEGORIES, type Category } from '../../analysis/types.ts';
import { effectiveMode, RERUN_MIN_CONFIDENCE } from '../decide.ts';
import { DEFAULT_POLICY, type Mode, type Policy } from './policy.ts';

const MODE_MEANS: Readonly<Record<Mode, string>> = {
  off: 'nothing is done',
  shadow: 'decides as for "fix" and records it, writes nothing',
  report: 'the cause is reported',
  suggest: 'the cause is reported, patches are suggested, infrastructure failures are re-run',
  fix: 'the cause is reported, patches are committed, infrastructure failures are re-run',
};

/** What a policy comes to, one line each, for a person; defaults are marked as such. */
export function explainPolicy(policy: Policy): string[] {
  const { limits, skip } = policy;
  return [
    line('mode', policy.mode, policy.mode === DEFAULT_POLICY.mode, MODE_MEANS[policy.mode]),
    ...modesApart(policy),
    ...policy.checks.map(({ name, mode }) => `  checks "${name}": ${mode}, ${MODE_MEANS[mode]}`),
    line(
      'min_confidence',
      policy.minConfidence,
      policy.minConfidence === DEFAULT_POLICY.minConfidence,
      `a re-run needs ${RERUN_MIN_CONFIDENCE}`,
    ),
    line(
      'quiet_period',
      `${policy.quietPeriodMs / 1000}s`,
      policy.quietPeriodMs === DEFAULT_POLICY.quietPeriodMs,
      'without a push by a person before a patch is delivered',
    ),
    line('wait_for_suite', policy.waitForSuite, policy.waitForSuite, 'for at most 10 minutes'),
    line(
      'protected_paths',
      listOf(policy.protectedPaths),
      policy.protectedPaths.length === 0,
      'beside those that always are',
    ),
    line(
      'limits.commits_per_day',
      limits.commitsPerDay,
      limits.commitsPerDay === DEFAULT_POLICY.limits.commitsPerDay,
      'of one pull request, in any 24 hours',
    ),
    line(
      'limits.reruns_per_day',
      limits.rerunsPerDay,
      limits.rerunsPerDay === DEFAULT_POLICY.limits.rerunsPerDay,
      'of one pull request, in any 24 hours',
    ),
    line('skip.labels', listOf(skip.labels), isSame(skip.labels, DEFAULT_POLICY.skip.labels), 'left alone'),
    line('skip.authors', listOf(skip.authors), skip.authors.length === 0, 'left alone'),
    line('skip.drafts', skip.drafts, !skip.drafts, skip.drafts ? 'left alone' : 'taken like others'),
    line('reruns', policy.reruns, policy.reruns, 'of jobs that infrastructure failed'),
    line(
      'commit_message',
      policy.commitMessage,
      policy.commitMessage === DEFAULT_POLICY.commitMessage,
      'first line',
    ),
    line('commands', policy.commands, policy.commands, 'in comments, of people with write access'),
  ];
}

/** The mode of one failure, and which option gives it. */
export function explainMode(policy: Policy, category: Category, checkName: string): string {
  const mode = effectiveMode(policy, { category }, checkName);
  return `check "${checkName}" failing with ${category}: ${mode}, ${MODE_MEANS[mode]} (rule mode.${mode})`;
}

function modesApart(policy: Policy): string[] {
  return CATEGORIES.flatMap((category) => {
    const own = policy.categories[category];
    if (own === undefined) return [];
    const mode = effectiveMode(policy, { category }, '');
    const overruled = mode === own ? '' : `, overruled by mode: ${policy.mode}`;
    return [`  categories.${category}: ${own}, ${MODE_MEANS[own]}${overruled}`];
  });
}

function line(name: string, value: string | number | boolean, isDefault: boolean, meaning: string): string {
  return `${name}: ${value}${isDefault ? ' (default)' : ''}, ${meaning}`;
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
