import type { Category } from '../../analysis/types.ts';

/** How far Checkmend goes, from nothing to commits. */
export const MODES = ['off', 'shadow', 'report', 'suggest', 'fix'] as const;

/**
 * `off`: nothing at all. `shadow`: decides as for `fix` and records it, writes nothing. `report`: tells the
 * cause. `suggest`: shows the patch too, and re-runs what infrastructure broke. `fix`: commits the patch.
 */
export type Mode = (typeof MODES)[number];

/** A rule for the checks whose name fits a pattern. */
export interface CheckRule {
  /** Pattern of the check's name: `*` any text, `?` one character; letter case does not count. */
  readonly name: string;
  readonly mode: Mode;
}

/** The policy of one repository, complete. */
export interface Policy {
  /** Default `suggest`. */
  readonly mode: Mode;
  /** Modes of single categories of failures; default none. */
  readonly categories: Readonly<Partial<Record<Category, Mode>>>;
  /** Modes of single checks, the first that fits counts; at most 100, default none. */
  readonly checks: readonly CheckRule[];
  /** Least confidence (0..1) of a diagnosis for a commit; default 0.8. A re-run needs 0.7. */
  readonly minConfidence: number;
  /** Milliseconds without a push by a person before a commit is made; 0 to 12 h, default 60000. */
  readonly quietPeriodMs: number;
  /** Wait until the other checks of the head have ended, for at most 10 minutes; default true. */
  readonly waitForSuite: boolean;
  /** Patterns of paths that no fix may touch, beside those that are always protected; at most 500, default none. */
  readonly protectedPaths: readonly string[];
  readonly limits: {
    /** Fix commits for one pull request in any 24 hours; 0..3, default 3. */
    readonly commitsPerDay: number;
    /** Re-runs for one pull request in any 24 hours; 0..50, default 10. */
    readonly rerunsPerDay: number;
  };
  readonly skip: {
    /** Pull requests with one of these labels are left alone; default `no-checkmend`. */
    readonly labels: readonly string[];
    /** Patterns of logins whose pull requests are left alone; default none. */
    readonly authors: readonly string[];
    /** Leave drafts alone; default false. */
    readonly drafts: boolean;
  };
  /** Re-run failed jobs that infrastructure broke; default true. */
  readonly reruns: boolean;
  /** First line of a fix commit: `{check}`, `{tool}` and `{category}` are filled in; default `Fix {check}`. */
  readonly commitMessage: string;
  /** Obey commands in comments; default true. */
  readonly commands: boolean;
}

/** What holds without a policy file. */
export const DEFAULT_POLICY: Policy = Object.freeze({
  mode: 'suggest',
  categories: Object.freeze({}),
  checks: Object.freeze([]),
  minConfidence: 0.8,
  quietPeriodMs: 60_000,
  waitForSuite: true,
  protectedPaths: Object.freeze([]),
  limits: Object.freeze({ commitsPerDay: 3, rerunsPerDay: 10 }),
  skip: Object.freeze({
    labels: Object.freeze(['no-checkmend']),
    authors: Object.freeze([]),
    drafts: false,
  }),
  reruns: true,
  commitMessage: 'Fix {check}',
  commands: true,
});
