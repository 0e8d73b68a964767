import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import type { Category, Diagnostic, FailedTest, LogLine } from '../types.ts';
import { DETAILS_MAX, EVIDENCE_MAX, type Hit, Hits } from './hits.ts';
import { JobSteps } from './job-steps.ts';
import type { Extract, Rule } from './rule.ts';
import type { RuleIndex } from './rule-index.ts';

/** Longest line that a rule is tried on, and that is quoted, in characters. */
const SCAN_LIMIT = 2000;
const QUOTE_LIMIT = 500;

/** Lines after a cause that are kept with it. */
const CONTEXT_LINES = 5;

/** What Maven and Gradle say to everyone, and the runner's own lines, end it; lines of nothing but decoration are left out. */
const CONTEXT_END =
  /^(?:##\[|\[ERROR\] (?:To see the full stack trace|-> \[Help|Re-run Maven)|\* Try:$|\[INFO\] -{20})/;
const EMPTY = /^(?:\[(?:INFO|ERROR|WARNING)\])?[\s=_*─━~-]{0,500}$/;

/** Confidence that there is no failure where the job itself says so, and of a log that nothing is known of. */
const PASSED_CONFIDENCE = 0.95;
const UNKNOWN_CONFIDENCE = 0.2;

/** What the rules make of a log. */
export interface Finding {
  category: Category;
  confidence: number;
  tool: string | null;
  summary: string;
  root_cause: LogLine | null;
  evidence: LogLine[];
  diagnostics: Diagnostic[];
  failed_tests: FailedTest[];
  transient: boolean;
  overridesPatch: boolean;
  /** Line of the cause, 0 where there is none. */
  line: number;
}

/** Lines that end every failed job and say nothing about why. */
const NO_CAUSE =
  /^(?:(?:##\[error\]|::error::|Error: )?(?:Process completed with exit code \d+|The process '.{0,300}' failed with exit code \d+)\.?|The command ".{0,500}" exited with \d+\.?|make(?:\[\d+\])?: .{0,200}Error \d+|npm (?:ERR!|error) .{0,200}|Post job cleanup\.|Cleaning up orphan processes|Done\. Your build exited with \d+\.|Your build has been stopped\.)$/;

/** A line that calls itself an error. */
const SOME_ERROR = /^(?:##\[error\]|::error)|(?:error|exception)\b|\b(?:fatal|failed|failure|panic)\b/i;

/** Tries the rules on the lines that they ask for, and weighs what matched. */
export class RuleEngine {
  readonly #index: RuleIndex;
  readonly #paths: RepositoryPaths;
  readonly #steps = new JobSteps();
  readonly #hits = new Hits();
  /** Found in steps that passed: it counts only when nothing was found in others. */
  readonly #passedHits = new Hits();
  readonly #headings = new Map<Rule, LogLine>();
  /** Line that each rule was last tried on: several of its texts may be in one line. */
  readonly #triedOn: Uint32Array;
  /** The hit whose context is being read. */
  #followed: Hit | null = null;
  #lastError: LogLine | null = null;

  constructor(index: RuleIndex, paths: RepositoryPaths) {
    this.#index = index;
    this.#paths = paths;
    this.#triedOn = new Uint32Array(index.rules.length);
  }

  /** The job says of itself that it passed. */
  get jobPassed(): boolean {
    return this.#steps.jobPassed;
  }

  /** It wants to see the next line, whatever that holds. */
  get active(): boolean {
    return this.#followed !== null;
  }

  /** @param found indexes of the texts in the line */
  push({ line, text }: CleanLine, found: readonly number[]): void {
    const scanned = text.length > SCAN_LIMIT ? text.slice(0, SCAN_LIMIT) : text;
    if (this.#followed) this.#addContext(this.#followed, line, scanned);
    let ofSteps = false;
    for (const index of found) {
      ofSteps ||= this.#index.isOfSteps(index);
      for (const at of this.#index.rulesOf(index)) {
        if (this.#triedOn[at] === line) continue;
        this.#triedOn[at] = line;
        const rule = this.#index.rules[at];
        if (rule) this.#try(rule, line, scanned);
      }
    }
    if (ofSteps && this.#steps.push(scanned)) this.#hits.moveTo(this.#passedHits);
    if (SOME_ERROR.test(scanned) && saysSomething(scanned)) this.#lastError = { line, text: scanned };
  }

  /** @param lastLine the last line that says something, for a log without any error */
  end(lastLine: () => LogLine | null): Finding {
    if (this.jobPassed) return nothing('The job passed', PASSED_CONFIDENCE, null);
    for (const hits of [this.#hits, this.#passedHits]) {
      const { winner } = hits;
      if (winner) return findingOf(winner, hits);
    }
    const last = this.#lastError ?? lastLine();
    const summary = last
      ? 'The log shows no cause that is known; its last error is quoted'
      : 'The log is empty';
    return nothing(summary, UNKNOWN_CONFIDENCE, last && quote(last.line, last.text));
  }

  #try(rule: Rule, line: number, text: string): void {
    const match = rule.pattern.exec(text);
    if (match) {
      const heading = this.#headings.get(rule);
      const cause = heading ?? quote(line, text);
      const extract = rule.extract?.(match) ?? {};
      const tied = this.#tied(extract);
      const plain = () => (typeof rule.summary === 'string' ? rule.summary : rule.summary(match));
      const summary = () => (heading ? `${plain()}: ${heading.text}` : withTreePath(plain(), extract, tied));
      this.#follow(this.#hits.add(rule, cause, summary, line, tied), cause);
    } else if (rule.heading?.test(text)) this.#headings.set(rule, quote(line, text));
  }

  /** What follows a cause says more of it: only of the first, or last, that the rule found. */
  #follow(hit: Hit, cause: LogLine): void {
    if (hit.cause === cause && hit.context.length === 0) this.#followed = hit;
  }

  #addContext(hit: Hit, line: number, text: string): void {
    const ends = CONTEXT_END.test(text) || line > hit.cause.line + CONTEXT_LINES;
    if (!ends && !EMPTY.test(text)) hit.context.push(indented(line, text));
    if (ends || line === hit.cause.line + CONTEXT_LINES) this.#followed = null;
  }

  /** With the repository's paths; a place outside of it is none. */
  #tied({ diagnostic, failedTest }: Extract): Extract {
    const path = diagnostic ? this.#paths.relative(diagnostic.path) : null;
    const testPath = failedTest?.path ? this.#paths.relative(failedTest.path) : null;
    return {
      ...(diagnostic && path !== null && { diagnostic: { ...diagnostic, path } }),
      ...(failedTest && { failedTest: { ...failedTest, path: testPath } }),
    };
  }
}

/** A sentence that names a file names it as the repository does, not as the machine of the job. */
function withTreePath(summary: string, { diagnostic: printed }: Extract, { diagnostic }: Extract): string {
  return printed && diagnostic ? summary.replace(printed.path, () => diagnostic.path) : summary;
}

/** Whether a line could be why a job failed. */
export function saysSomething(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== '' && !NO_CAUSE.test(trimmed);
}

function findingOf([rule, hit]: readonly [Rule, Hit], hits: Hits): Finding {
  const related = hits.related(rule);
  const diagnostics = distinct(related.flatMap((it) => it.diagnostics)).slice(0, DETAILS_MAX);
  const place = diagnostics.length === 0 ? hits.placeNear(hit.cause.line) : null;
  return {
    category: rule.category,
    confidence: rule.confidence,
    tool: rule.tool,
    summary: hit.summary,
    root_cause: hit.cause,
    evidence: evidenceOf(hit, related),
    diagnostics: place ? [{ ...place, code: null, message: hit.cause.text }] : diagnostics,
    failed_tests: unique(related.flatMap((it) => it.tests)).slice(0, DETAILS_MAX),
    transient: rule.transient ?? false,
    overridesPatch: rule.overridesPatch ?? false,
    line: hit.cause.line,
  };
}

/** The cause and what follows it first, then what else there is; each line once, in the order of the log. */
function evidenceOf({ cause, context }: Hit, related: readonly Hit[]): LogLine[] {
  const lines = [cause, ...context, ...related.flatMap((it) => it.evidence)];
  const byLine = new Map(lines.map((it) => [it.line, it]));
  return [...byLine.values()].slice(0, EVIDENCE_MAX).toSorted((a, b) => a.line - b.line);
}

function nothing(summary: string, confidence: number, cause: LogLine | null): Finding {
  return {
    category: 'unknown',
    confidence,
    tool: null,
    summary,
    root_cause: cause,
    evidence: cause ? [cause] : [],
    diagnostics: [],
    failed_tests: [],
    transient: false,
    overridesPatch: false,
    line: cause?.line ?? 0,
  };
}

/** One entry a name; the one that says more. */
/** A job that tries thrice says everything thrice. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((it) => [JSON.stringify(it), it])).values()];
}

function unique(tests: readonly FailedTest[]): FailedTest[] {
  const byName = new Map<string, FailedTest>();
  for (const test of tests) {
    const known = byName.get(test.name);
    if (!known || (known.message === '' && test.message !== '')) byName.set(test.name, test);
  }
  return [...byName.values()];
}

/** Context keeps its indent: it may be source, with a mark below it. */
function indented(line: number, text: string): LogLine {
  const plain = text.trimEnd();
  return { line, text: plain.length > QUOTE_LIMIT ? `${plain.slice(0, QUOTE_LIMIT)}…` : plain };
}

function quote(line: number, text: string): LogLine {
  const plain = text.replace(/^##\[\w{1,20}\]/, '').trim();
  return { line, text: plain.length > QUOTE_LIMIT ? `${plain.slice(0, QUOTE_LIMIT)}…` : plain };
}
