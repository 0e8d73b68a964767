import type { FixAttemptRecord } from '../store/types.ts';
import type { Refusal } from './refusal.ts';

/** Strategies that make a commit on the head branch, which the checks then tell about. */
const COMMITTING: readonly string[] = ['apply_patch', 'update_branch'];

/** A re-run that did not help is not made again for this long, in milliseconds. */
const RERUN_REST_MS = 24 * 3_600_000;

/** Commits in a row that mended nothing, after which nothing more is tried on a pull request. */
const IN_A_ROW = 2;

/** A commit of ours that mended nothing. */
export interface UselessCommit {
  readonly sha: string;
  /** It merged the base in: its first parent is the head branch. */
  readonly merges: boolean;
}

type Attempt = Pick<FixAttemptRecord, 'strategy' | 'status' | 'result' | 'outcome' | 'updatedAt'>;

/**
 * The last commits of ours on a pull request that mended nothing, newest first: two, or none.
 * @param attempts newest first
 */
export function uselessInARow(attempts: readonly Attempt[]): UselessCommit[] {
  const commits = new Map<string, { merges: boolean; mended: boolean }>();
  for (const { strategy, status, result, outcome } of attempts) {
    if (!COMMITTING.includes(strategy) || status !== 'applied') continue;
    if (result === null || outcome === null) continue;
    // Several fixes in one commit: it was worth making if one of them mended its check.
    const mended = outcome === 'mended' || commits.get(result)?.mended === true;
    commits.set(result, { merges: strategy === 'update_branch', mended });
  }
  const last = [...commits].slice(0, IN_A_ROW);
  const useless = last.length === IN_A_ROW && last.every(([, { mended }]) => !mended);
  return useless ? last.map(([sha, { merges }]) => ({ sha, merges })) : [];
}

/** Why nothing more is committed to a pull request, or null. */
export function stopRefusal(attempts: readonly Attempt[]): Refusal | null {
  if (uselessInARow(attempts).length === 0) return null;
  return {
    rule: 'verify.two_in_a_row',
    reason: 'the last two fixes did not mend what they were made for, so no more are made here',
  };
}

/**
 * Why a fix of this kind is not made for a check again, or null.
 * @param tried earlier attempts on the pull request for checks of this name
 * @param now milliseconds since the epoch
 */
export function secondTryRefusal(strategy: string, tried: readonly Attempt[], now: number): Refusal | null {
  const useless = tried.find(
    (attempt) =>
      attempt.strategy === strategy &&
      (attempt.outcome === 'same_failure' || attempt.outcome === 'new_failure') &&
      (COMMITTING.includes(strategy) || attempt.updatedAt > now - RERUN_REST_MS),
  );
  if (!useless) return null;
  return useless.outcome === 'same_failure'
    ? { rule: 'verify.same_failure', reason: 'a fix of this kind was made, and the check failed as before' }
    : {
        rule: 'verify.new_failure',
        reason: 'a fix of this kind was made, and something else failed after it',
      };
}
