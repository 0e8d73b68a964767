/** What kind of failure a log shows. `flaky` comes from history only, never from one log. */
export const CATEGORIES = [
  'format',
  'lint',
  'typecheck',
  'compile',
  'test',
  'dependency',
  'infrastructure',
  'timeout',
  'flaky',
  'security',
  'config',
  'unknown',
] as const;
/** Kind of a failure. */
export type Category = (typeof CATEGORIES)[number];

/** What the analyser would do about it; how it is delivered is the policy's business. */
export type Recommendation = 'apply_patch' | 'rerun_failed_jobs' | 'run_fixer' | 'report';

/** A line of the log as given (1-based), its text cleaned of colours, timestamps and control characters. */
export interface LogLine {
  line: number;
  text: string;
}

/** One finding of a tool, with the repository's own path. */
export interface Diagnostic {
  path: string;
  /** 1-based, or null where the tool names none. */
  line: number | null;
  column: number | null;
  severity: 'error' | 'warning' | 'note';
  code: string | null;
  message: string;
}

/** A failed test as its runner names it. */
export interface FailedTest {
  name: string;
  path: string | null;
  message: string;
}

/** What the analyser found in a failed check's log. This shape, in snake_case, is the JSON of `checkmend analyze --json`. */
export interface Diagnosis {
  category: Category;
  /** 0..1, calibrated. */
  confidence: number;
  tool: string | null;
  /** One sentence a person can act on. */
  summary: string;
  root_cause: LogLine | null;
  /** At most 20. */
  evidence: LogLine[];
  diagnostics: Diagnostic[];
  failed_tests: FailedTest[];
  /** Unified diff with the repository's paths, ending in a newline; only where the log proves it. */
  patch: string | null;
  recommendation: Recommendation;
  /** Infrastructure that a re-run is likely to cure. */
  transient: boolean;
  /** Hex; same cause, same fingerprint, across runs, shas and repositories. */
  fingerprint: string;
  stats: { lines: number; bytes: number };
}

/** What the analyser may know beside the log. */
export interface AnalysisOptions {
  /** `owner/name` where known: helps to strip workspace prefixes. */
  repository?: string;
  /** Absolute folders that are the root of the repository, for paths that no CI system's layout explains. */
  roots?: readonly string[];
  /** Name of the check, e.g. `format (3.12)`. A weak hint only. */
  checkName?: string;
}
