import type { Diagnosis } from '../analysis/types.ts';
import type { ModeOverride } from '../config/env.ts';
import { BRANCH_PREFIX } from '../github/proposals.ts';
import type { FixStrategyName } from '../messages/payloads.ts';
import type { FixAttemptRecord, Flakiness } from '../store/types.ts';
import { type BaseHealth, whyHeld } from './base-health.ts';
import { flakyEvidence, withHistory } from './flaky.ts';
import { matchesName } from './guards/glob.ts';
import { inspectPatch } from './guards/inspect-patch.ts';
import { commitRefusal, type LimitFacts, repeatRefusal } from './limits.ts';
import { MODES, type Mode, type Policy } from './policy/policy.ts';
import type { Refusal } from './refusal.ts';
import { whySkipped } from './skips.ts';
import { secondTryRefusal, stopRefusal } from './verified.ts';

/** Least confidence for a re-run: it changes nothing, so less will do than for a commit. */
export const RERUN_MIN_CONFIDENCE = 0.7;

/**
 * What is to be done about a diagnosis. `apply`: the strategy writes. `offer`: the patch is shown, and where a
 * strategy is named, proposed (the ladder finds out how). `hold`: the cause is shown, and it is decided anew when the
 * base has been mended. `report`: the cause is shown. `silent`: nothing is written on GitHub.
 */
export type VerdictAction = 'apply' | 'offer' | 'hold' | 'report' | 'silent';

/** A decision, the rule that made it, and one sentence for a person. */
export interface Verdict extends Refusal {
  readonly action: VerdictAction;
  readonly strategy: FixStrategyName | null;
  /** Decided as in earnest, but nothing may be written. */
  readonly shadow: boolean;
}

/** What a decision looks at beside diagnosis and policy. */
export interface DecisionFacts {
  /** `CHECKMEND_MODE`. */
  readonly override: ModeOverride;
  /** What is wrong with the policy file; empty when it is well. */
  readonly policyProblems: readonly string[];
  /** Scope of the kill switch that is on, or null. */
  readonly paused: string | null;
  /** Login of the person who said on the pull request that this failure is to be left alone, or null. */
  readonly ignoredBy: string | null;
  readonly checkName: string;
  /** Slug of the App that made the check run. */
  readonly appSlug: string | null;
  readonly pullRequest: {
    readonly state: 'open' | 'closed';
    readonly draft: boolean;
    readonly labels: readonly string[];
    readonly author: string;
    readonly fork: boolean;
    readonly maintainerCanModify: boolean;
    readonly headRepository: string | null;
    readonly headRef: string;
  };
  /** Our own commits at the head, newest first, up to two; `checkNames` are those that they were made for. */
  readonly ownCommits: { readonly count: number; readonly checkNames: readonly string[] };
  readonly limits: LimitFacts;
  /** How the base stands to the failure; null where it was not looked at. */
  readonly base: BaseHealth | null;
  /** What the history of the check says of the failure. */
  readonly flakiness: Flakiness;
  /** Attempts on the pull request for checks of this name. */
  readonly tried: readonly FixAttemptRecord[];
}

/** Turns a diagnosis into a verdict. Pure: the same input gives the same verdict. */
export function decide(found: Diagnosis, facts: DecisionFacts, policy: Policy): Verdict {
  const diagnosis = inHistory(found, facts);
  const wanted = effectiveMode(policy, diagnosis, facts.checkName);
  const shadow = facts.override === 'shadow' || (facts.override === 'policy' && wanted === 'shadow');
  const mode = wanted === 'shadow' ? 'fix' : wanted;
  const judge = (action: VerdictAction, strategy: FixStrategyName | null, { rule, reason }: Refusal) =>
    Object.freeze({ action, strategy, rule, reason, shadow });
  const silence = whySilent(facts, policy, mode);
  if (silence) return judge('silent', null, silence);
  if (facts.policyProblems.length > 0) return judge('report', 'report', brokenPolicy(facts.policyProblems));
  if (mode === 'report') {
    if (isUnknown(diagnosis)) return judge('silent', null, UNKNOWN);
    return judge('report', 'report', { rule: 'mode.report', reason: 'the policy asks for reports only' });
  }
  const base = isUnknown(diagnosis) ? null : decideBase(diagnosis, facts, mode, judge);
  if (base) return base;
  if (diagnosis.patch !== null) return decidePatch(diagnosis, diagnosis.patch, facts, policy, mode, judge);
  if (diagnosis.transient) return decideRerun(diagnosis, facts, policy, judge);
  if (isUnknown(diagnosis)) return judge('silent', null, UNKNOWN);
  if (diagnosis.category === 'flaky') {
    const evidence = flakyEvidence(facts.flakiness) ?? 'its history says so';
    return judge('report', 'report', { rule: 'flaky', reason: `it is flaky: ${evidence}` });
  }
  return judge('report', 'report', {
    rule: 'diagnosis.no_fix',
    reason: 'the log does not show a change that would mend it',
  });
}

/** A failure that the base has too says nothing of its check; any other is seen with its history. */
export function inHistory(
  diagnosis: Diagnosis,
  { base, flakiness }: Pick<DecisionFacts, 'base' | 'flakiness'>,
): Diagnosis {
  return base && whyHeld(base) ? diagnosis : withHistory(diagnosis, flakiness);
}

/**
 * The mode for one failure: `off` and `shadow` of the whole repository come first; then the modes of its check
 * and its category, the more careful of the two; then the repository's.
 */
export function effectiveMode(
  policy: Policy,
  { category }: Pick<Diagnosis, 'category'>,
  checkName: string,
): Mode {
  if (policy.mode === 'off' || policy.mode === 'shadow') return policy.mode;
  const own = [
    policy.checks.find((rule) => matchesName(rule.name, checkName))?.mode,
    policy.categories[category],
  ].filter((mode) => mode !== undefined);
  return MODES.find((mode) => own.includes(mode)) ?? policy.mode;
}

/** Is a check switched off whatever it turns out to be? Worth knowing before its log is read. */
export function isSwitchedOff(policy: Policy, checkName: string): boolean {
  if (policy.mode === 'off') return true;
  if (policy.mode === 'shadow') return false;
  return policy.checks.find((rule) => matchesName(rule.name, checkName))?.mode === 'off';
}

type Judge = (action: VerdictAction, strategy: FixStrategyName | null, why: Refusal) => Verdict;

const UNKNOWN: Refusal = {
  rule: 'diagnosis.unknown',
  reason: 'the cause of the failure was not recognised',
};

function isUnknown(diagnosis: Diagnosis): boolean {
  return diagnosis.category === 'unknown' && diagnosis.patch === null && !diagnosis.transient;
}

function whySilent(facts: DecisionFacts, policy: Policy, mode: Mode): Refusal | null {
  const { pullRequest } = facts;
  if (facts.override === 'off') {
    return { rule: 'override.off', reason: 'the service is switched off (CHECKMEND_MODE=off)' };
  }
  if (facts.paused !== null) return { rule: 'paused', reason: `paused (${facts.paused})` };
  if (facts.ignoredBy !== null) return ignored(facts.ignoredBy);
  if (mode === 'off') return { rule: 'mode.off', reason: 'the policy switches it off' };
  if (pullRequest.state !== 'open')
    return { rule: 'pull_request.closed', reason: 'the pull request is closed' };
  return whySkipped(pullRequest, policy);
}

/** Why a failure is left alone that a person does not want to be mended. */
export function ignored(by: string): Refusal {
  return { rule: 'ignored', reason: `${by} said to leave this failure alone` };
}

/** Infrastructure that failed says nothing of the code, neither here nor on the base. */
function decideBase(
  { transient }: Diagnosis,
  { base, limits }: DecisionFacts,
  mode: Mode,
  judge: Judge,
): Verdict | null {
  if (transient || base === null) return null;
  const held = whyHeld(base);
  if (held) return judge('hold', 'report', held);
  if (!base.cured) return null;
  const rule = 'base.cured';
  const stopped = stopRefusal(limits.attempts);
  if (stopped) return judge('report', 'report', stopped);
  return mode === 'fix'
    ? judge('apply', 'update_branch', { rule, reason: `${base.branch} has the cure` })
    : judge('report', 'report', { rule, reason: `${base.branch} has the cure: merge it into the branch` });
}

function brokenPolicy(problems: readonly string[]): Refusal {
  return { rule: 'policy.broken', reason: `the policy file is broken: ${problems.join('; ')}` };
}

function decidePatch(
  diagnosis: Diagnosis,
  text: string,
  facts: DecisionFacts,
  policy: Policy,
  mode: Mode,
  judge: Judge,
): Verdict {
  const inspection = inspectPatch(text, { protectedPaths: policy.protectedPaths, tool: diagnosis.tool });
  if (!inspection.ok) return judge('report', 'report', inspection.refusal);
  const { digest } = inspection.value;
  const why =
    whyUnsure(diagnosis, policy.minConfidence) ??
    whyNowhere(facts) ??
    stopRefusal(facts.limits.attempts) ??
    whyLoop(facts) ??
    secondTryRefusal('apply_patch', facts.tried, facts.limits.now) ??
    (mode === 'suggest' ? repeatRefusal(facts.limits, digest) : commitRefusal(facts.limits, policy, digest));
  if (why) return judge('offer', 'report', why);
  if (mode === 'suggest') {
    return judge('offer', 'apply_patch', { rule: 'mode.suggest', reason: 'the policy asks for suggestions' });
  }
  const readOnly = whyReadOnly(facts);
  if (readOnly) return judge('offer', 'apply_patch', readOnly);
  return judge('apply', 'apply_patch', { rule: 'mode.fix', reason: 'the policy allows commits' });
}

function decideRerun(diagnosis: Diagnosis, facts: DecisionFacts, policy: Policy, judge: Judge): Verdict {
  if (!policy.reruns) {
    return judge('report', 'report', { rule: 'rerun.not_allowed', reason: 'the policy allows no re-runs' });
  }
  if (facts.appSlug !== 'github-actions') {
    return judge('report', 'report', {
      rule: 'rerun.not_actions',
      reason: 'only checks of GitHub Actions can be re-run',
    });
  }
  const unsure = whyUnsure(diagnosis, RERUN_MIN_CONFIDENCE);
  const why = unsure ?? secondTryRefusal('rerun_failed_jobs', facts.tried, facts.limits.now);
  if (why) return judge('report', 'report', why);
  return judge('apply', 'rerun_failed_jobs', {
    rule: 'rerun.transient',
    reason: 'infrastructure failed, not the change',
  });
}

function whyUnsure({ confidence }: Diagnosis, least: number): Refusal | null {
  if (confidence >= least) return null;
  return { rule: 'confidence.low', reason: `confidence ${confidence.toFixed(2)} is below ${least}` };
}

function whyNowhere({ pullRequest }: DecisionFacts): Refusal | null {
  if (pullRequest.headRepository !== null) return null;
  return { rule: 'head.gone', reason: 'the head repository is gone' };
}

function whyReadOnly({ pullRequest }: DecisionFacts): Refusal | null {
  if (!pullRequest.fork || pullRequest.maintainerCanModify) return null;
  return { rule: 'fork.read_only', reason: 'the fork does not allow pushes by maintainers' };
}

function whyLoop({ ownCommits, checkName, pullRequest }: DecisionFacts): Refusal | null {
  if (pullRequest.headRef.startsWith(BRANCH_PREFIX)) {
    return { rule: 'loop.own_pull_request', reason: 'the pull request is a fix itself' };
  }
  if (ownCommits.count >= 2) {
    return { rule: 'loop.two_in_a_row', reason: 'the last two commits are fixes already' };
  }
  if (ownCommits.count === 1 && ownCommits.checkNames.includes(checkName)) {
    return { rule: 'loop.same_check', reason: 'the same check failed again after its fix' };
  }
  return null;
}
