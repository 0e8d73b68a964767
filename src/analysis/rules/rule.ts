import type { Category, Diagnostic, FailedTest } from '../types.ts';

/** What a matched line tells beside its category. */
export interface Extract {
  diagnostic?: Diagnostic;
  failedTest?: FailedTest;
}

/**
 * What one kind of line proves. Data: a matcher, what it proves, and how much it weighs.
 */
export interface Rule {
  /** Unique, `family.name`. */
  id: string;
  category: Exclude<Category, 'flaky' | 'unknown'>;
  tool: string | null;
  /**
   * Texts of which one must be in a line before `pattern` is tried; the rarer, the better. One that begins with a
   * line feed must be at the beginning of the line.
   */
  literals: readonly string[];
  /** Must not backtrack without bound: quantifiers are bounded or over disjoint characters. */
  pattern: RegExp;
  /**
   * 0..100. Of all matched rules the heaviest wins: what ends a job whatever else happened (a lost runner) over
   * what a tool says in the end (a failed test) over what only accompanies it (an error line).
   */
  weight: number;
  /** Confidence of the verdict, 0..1. */
  confidence: number;
  /** One sentence a person can act on. */
  summary: string | ((match: RegExpExecArray) => string);
  /** A re-run is likely to cure it. */
  transient?: boolean;
  /** It ended the job even when a formatter's diff came before it. */
  overridesPatch?: boolean;
  /** The cause is the last line before the match that this fits, for tools that say last what it is about. */
  heading?: RegExp;
  /** Of several lines that match, the first (default) or the last is the cause. */
  cause?: 'first' | 'last';
  /** Paths are as printed; the engine ties them to the repository. */
  extract?: (match: RegExpExecArray) => Extract;
}
