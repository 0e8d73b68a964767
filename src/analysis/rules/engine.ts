import type { RepositoryPaths } from '../paths.ts';
import type { CleanLine } from '../reader/clean.ts';
import type { Category, Diagnostic, FailedTest, LogLine } from '../types.ts';
import type { Rule } from './rule.ts';
import type { RuleIndex } from './rule-index.ts';

/** Most lines that a diagnosis quotes, and most diagnostics and tests that it lists. */
export const EVIDENCE_MAX = 20;
const DETAILS_MAX = 200;

/** Lighter rules only add places and tests to the verdict of another. */
const VERDICT_WEIGHT_MIN = 15;

/** Longest line that a rule is tried on, and that is quoted, in characters. */
const SCAN_LIMIT = 2000;
const QUOTE_LIMIT = 500;

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

interface Hit {
  cause: LogLine;
  summary: string;
  evidence: LogLine[];
}

/** Lines that end every failed job and say nothing about why. */
const NO_CAUSE =
  /^(?:(?:##\[error\]|::error::|Error: )?(?:Process completed with exit code \d+|The process '.{0,300}' failed with exit code \d+)\.?|The command ".{0,500}" exited with \d+\.?|make(?:\[\d+\])?: .{0,200}Error \d+|npm (?:ERR!|error) .{0,200}|Post job cleanup\.|Cleaning up orphan processes)$/;

/** A line that calls itself an error. */
const SOME_ERROR = /^(?:##\[error\]|::error)|\b(?:error|fatal|failed|failure|exception|panic)\b/i;

/** Tries the rules on the lines that they ask for, and weighs what matched. */
export class RuleEngine {
  readonly #index: RuleIndex;
  readonly #paths: RepositoryPaths;
  readonly #hits = new Map<Rule, Hit>();
  readonly #diagnostics = new Map<Rule, Diagnostic[]>();
  readonly #tests = new Map<Rule, FailedTest[]>();
  /** Line that each rule was last tried on: several of its texts may be in one line. */
  readonly #triedOn: Uint32Array;
  /** What the first rule to find a place in a line found, for a rule that finds none in the same line. */
  readonly #placeOf = new Map<number, Diagnostic>();
  readonly #headings = new Map<Rule, LogLine>();
  #lastError: LogLine | null = null;

  constructor(index: RuleIndex, paths: RepositoryPaths) {
    this.#index = index;
    this.#paths = paths;
    this.#triedOn = new Uint32Array(index.rules.length);
  }

  /** @param found indexes of the texts in the line */
  push({ line, text }: CleanLine, found: readonly number[]): void {
    const scanned = text.length > SCAN_LIMIT ? text.slice(0, SCAN_LIMIT) : text;
    for (const index of found) {
      for (const at of this.#index.rulesOf(index)) {
        if (this.#triedOn[at] === line) continue;
        this.#triedOn[at] = line;
        const rule = this.#index.rules[at];
        if (!rule) continue;
        const match = rule.pattern.exec(scanned);
        if (match) this.#hit(rule, match, quote(line, scanned));
        else if (rule.heading?.test(scanned)) this.#headings.set(rule, quote(line, scanned));
      }
    }
    if (SOME_ERROR.test(scanned) && saysSomething(scanned)) this.#lastError = { line, text: scanned };
  }

  /** @param lastLine the last line that says something, for a log without any error */
  end(lastLine: () => LogLine | null): Finding {
    const [winner] = [...this.#hits].toSorted(
      ([a, hitA], [b, hitB]) => b.weight - a.weight || hitB.cause.line - hitA.cause.line,
    );
    if (!winner || winner[0].weight < VERDICT_WEIGHT_MIN) return unknown(this.#lastError ?? lastLine());
    const [rule, hit] = winner;
    // Other rules of the same tool and category tell more of the same failure.
    const related = [...this.#hits.keys()].filter(
      (it) => it.tool === rule.tool && it.category === rule.category,
    );
    return {
      category: rule.category,
      confidence: rule.confidence,
      tool: rule.tool,
      summary: hit.summary,
      root_cause: hit.cause,
      evidence: related
        .flatMap((it) => this.#hits.get(it)?.evidence ?? [])
        .toSorted((a, b) => a.line - b.line)
        .slice(0, EVIDENCE_MAX),
      diagnostics: this.#placesOf(related, hit),
      failed_tests: unique(related.flatMap((it) => this.#tests.get(it) ?? [])).slice(0, DETAILS_MAX),
      transient: rule.transient ?? false,
      overridesPatch: rule.overridesPatch ?? false,
      line: hit.cause.line,
    };
  }

  #placesOf(related: readonly Rule[], { cause }: Hit): Diagnostic[] {
    const own = related.flatMap((it) => this.#diagnostics.get(it) ?? []).slice(0, DETAILS_MAX);
    const place = this.#placeOf.get(cause.line);
    return own.length === 0 && place ? [place] : own;
  }

  #hit(rule: Rule, match: RegExpExecArray, matched: LogLine): void {
    const line = this.#headings.get(rule) ?? matched;
    const known = this.#hits.get(rule);
    if (!known) {
      const summary = typeof rule.summary === 'string' ? rule.summary : rule.summary(match);
      this.#hits.set(rule, { cause: line, summary, evidence: [line] });
    } else {
      if (known.evidence.length < EVIDENCE_MAX) known.evidence.push(line);
      if (rule.cause === 'last') known.cause = line;
    }
    const { diagnostic, failedTest } = rule.extract?.(match) ?? {};
    if (diagnostic) {
      const path = this.#paths.relative(diagnostic.path);
      if (path !== null) push(this.#diagnostics, rule, { ...diagnostic, path });
      if (path !== null && !this.#placeOf.has(matched.line) && this.#placeOf.size < DETAILS_MAX)
        this.#placeOf.set(matched.line, { ...diagnostic, path });
    }
    if (failedTest) {
      const path = failedTest.path === null ? null : this.#paths.relative(failedTest.path);
      push(this.#tests, rule, { ...failedTest, path });
    }
  }
}

/** Whether a line could be why a job failed. */
export function saysSomething(text: string): boolean {
  const trimmed = text.trim();
  return trimmed !== '' && !NO_CAUSE.test(trimmed);
}

function unknown(found: LogLine | null): Finding {
  const cause = found && quote(found.line, found.text);
  return {
    category: 'unknown',
    confidence: 0.2,
    tool: null,
    summary: cause ? 'The log shows no cause that is known; its last error is quoted' : 'The log is empty',
    root_cause: cause,
    evidence: cause ? [cause] : [],
    diagnostics: [],
    failed_tests: [],
    transient: false,
    overridesPatch: false,
    line: cause?.line ?? 0,
  };
}

function push<Value>(map: Map<Rule, Value[]>, rule: Rule, value: Value): void {
  const values = map.get(rule) ?? [];
  if (values.length < DETAILS_MAX) values.push(value);
  map.set(rule, values);
}

/** One entry a name; the one that says more. */
function unique(tests: readonly FailedTest[]): FailedTest[] {
  const byName = new Map<string, FailedTest>();
  for (const test of tests) {
    const known = byName.get(test.name);
    if (!known || (known.message === '' && test.message !== '')) byName.set(test.name, test);
  }
  return [...byName.values()];
}

function quote(line: number, text: string): LogLine {
  const plain = text.replace(/^##\[\w{1,20}\]/, '').trim();
  return { line, text: plain.length > QUOTE_LIMIT ? `${plain.slice(0, QUOTE_LIMIT)}…` : plain };
}
