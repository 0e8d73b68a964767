import type { FixAttemptRecord } from '../store/types.ts';
import type { Policy } from './policy/policy.ts';
import type { Refusal } from './refusal.ts';
import { isShadow, wasShadowed } from './shadow.ts';
import type { FixEnvironment, FixJob } from './strategy.ts';

/** Window of the daily limits, in milliseconds. */
const DAY_MS = 24 * 3_600_000;

/** Fix commits for one pull request in any 24 hours that no policy can raise. */
export const COMMITS_PER_DAY_MAX = 3;

/** Re-runs for one head sha. */
export const RERUNS_PER_SHA_MAX = 3;

/** What was tried on a pull request before, and what is about to be tried. */
export interface LimitFacts {
  /**
   * Id of the fix itself: its own row does not count. Null while it is only thought about: then a row of the
   * same content on the same head that is not settled yet is taken for its own.
   */
  readonly id: string | null;
  readonly headSha: string;
  /** All attempts on the pull request. */
  readonly attempts: readonly FixAttemptRecord[];
  /** Nothing is written: what would have been counts for the limits of a day. */
  readonly shadow: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a fix that is about to be written is limited by. */
export async function limitsOf(
  { id, payload: { repository_id, pr_number, head_sha } }: FixJob,
  environment: Pick<FixEnvironment, 'store' | 'clock' | 'override' | 'policy'>,
): Promise<LimitFacts> {
  const attempts = await environment.store.fixAttempts.listByPullRequest(repository_id, pr_number);
  const shadow = isShadow(environment);
  return { id, headSha: head_sha, attempts, shadow, now: environment.clock.now() };
}

/** Strategies that make a commit: all count for the limits of commits. */
const COMMITTING: readonly string[] = ['apply_patch', 'open_pull_request', 'update_branch'];

const RERUNNING: readonly string[] = ['rerun_failed_jobs'];

/** Other attempts of these strategies that stand for an effect: made, or begun and never settled. */
function others(facts: LimitFacts, strategies: readonly string[], digest: string): FixAttemptRecord[] {
  return facts.attempts.filter((attempt) => {
    const own =
      facts.id === null
        ? attempt.status === 'planned' &&
          attempt.headSha === facts.headSha &&
          attempt.contentDigest === digest
        : attempt.id === facts.id;
    const effective = attempt.status === 'applied' || attempt.status === 'planned';
    return strategies.includes(attempt.strategy) && effective && !own;
  });
}

/** Why a change is not to be made again, or null: it was made before, or would undo what was. */
export function repeatRefusal(facts: LimitFacts, digest: string): Refusal | null {
  const earlier = others(facts, COMMITTING, digest);
  if (earlier.some((attempt) => attempt.contentDigest === digest)) {
    return { rule: 'loop.repeat', reason: 'the same change was committed to this pull request before' };
  }
  if (earlier.some((attempt) => attempt.reverseDigest === digest)) {
    return { rule: 'loop.reversal', reason: 'the change would undo an earlier fix' };
  }
  return null;
}

/**
 * Why no commit may be made now, or null: one fix commit for a head sha, three (or the policy's own number)
 * for a pull request in 24 hours, none that repeats or reverses an earlier one.
 *
 * @param digest digest of what the patch changes
 */
export function commitRefusal(facts: LimitFacts, policy: Policy, digest: string): Refusal | null {
  const repeat = repeatRefusal(facts, digest);
  if (repeat) return repeat;
  const earlier = others(facts, COMMITTING, digest);
  if (earlier.some((attempt) => attempt.headSha === facts.headSha)) {
    return { rule: 'limit.one_per_head', reason: 'a fix was already committed on top of this head' };
  }
  const limit = Math.min(policy.limits.commitsPerDay, COMMITS_PER_DAY_MAX);
  if (writtenToday(facts, COMMITTING, earlier) < limit) return null;
  return {
    rule: 'limit.commits_per_day',
    reason: `${limit} fix commits in 24 hours is the limit of this pull request`,
  };
}

/**
 * Why nothing may be re-run now, or null: once per run and fingerprint, three times a head sha, and the
 * policy's number a day.
 *
 * @param digest digest of run and fingerprint
 * @param requested a person asked for it: it may be the second for one run and fingerprint
 */
export function rerunRefusal(
  facts: LimitFacts,
  policy: Policy,
  digest: string,
  requested = false,
): Refusal | null {
  const earlier = others(facts, RERUNNING, digest);
  if (!requested && earlier.some((attempt) => attempt.contentDigest === digest)) {
    return { rule: 'rerun.repeat', reason: 'this run was already re-run for the same failure' };
  }
  if (earlier.filter((attempt) => attempt.headSha === facts.headSha).length >= RERUNS_PER_SHA_MAX) {
    return { rule: 'rerun.limit_per_head', reason: `${RERUNS_PER_SHA_MAX} re-runs of one head is the limit` };
  }
  const limit = policy.limits.rerunsPerDay;
  const today = [...earlier, ...shadowed(facts, RERUNNING)].filter((attempt) => recent(attempt, facts.now));
  if (today.length < limit) return null;
  return {
    rule: 'rerun.limit_per_day',
    reason: `${limit} re-runs in 24 hours is the limit of this pull request`,
  };
}

/** Commits, or reviews, of a day: fixes that went into one have one result; one that is not settled counts for itself. */
function writtenToday(
  facts: LimitFacts,
  strategies: readonly string[],
  made: readonly FixAttemptRecord[],
): number {
  const effects = made.filter((attempt) => recent(attempt, facts.now)).map(({ id, result }) => result ?? id);
  // The fixes of one head would have been one, the fix itself among them.
  const heads = shadowed(facts, strategies)
    .filter((attempt) => recent(attempt, facts.now) && attempt.headSha !== facts.headSha)
    .map(({ headSha }) => `head ${headSha}`);
  return new Set([...effects, ...heads]).size;
}

/** In shadow mode other attempts that would have had an effect. */
function shadowed({ id, shadow, attempts }: LimitFacts, strategies: readonly string[]): FixAttemptRecord[] {
  if (!shadow) return [];
  return attempts.filter(
    (attempt) => strategies.includes(attempt.strategy) && attempt.id !== id && wasShadowed(attempt),
  );
}

function recent(attempt: FixAttemptRecord, now: number): boolean {
  return attempt.updatedAt > now - DAY_MS;
}

/** Reviews with suggestions for one pull request in any 24 hours. */
export const REVIEWS_PER_DAY_MAX = 5;

/**
 * Why nothing may be suggested now, or null: one review for a head sha, five for a pull request in 24 hours, and
 * nothing twice, on whatever head: who did not take it does not want to be asked again.
 *
 * @param digest digest of what the patch changes
 */
export function suggestionRefusal(facts: LimitFacts, digest: string): Refusal | null {
  const earlier = others(facts, ['suggest_change'], digest);
  if (earlier.some((attempt) => attempt.contentDigest === digest)) {
    return { rule: 'suggest.repeat', reason: 'the same change was suggested on this pull request before' };
  }
  if (earlier.some((attempt) => attempt.headSha === facts.headSha)) {
    return { rule: 'suggest.one_per_head', reason: 'this head has a review with suggestions already' };
  }
  if (writtenToday(facts, ['suggest_change'], earlier) < REVIEWS_PER_DAY_MAX) return null;
  return {
    rule: 'suggest.limit_per_day',
    reason: `${REVIEWS_PER_DAY_MAX} reviews in 24 hours is the limit of a pull request`,
  };
}
