import type { Diagnostic, FailedTest, LogLine } from '../types.ts';
import type { Extract, Rule } from './rule.ts';

/** Most lines that a diagnosis quotes, and most diagnostics and tests that it lists. */
export const EVIDENCE_MAX = 20;
export const DETAILS_MAX = 200;

/** Lighter rules only add places and tests to the verdict of another. */
const VERDICT_WEIGHT_MIN = 15;

/** What one rule has found. */
export interface Hit {
  cause: LogLine;
  summary: string;
  evidence: LogLine[];
  diagnostics: Diagnostic[];
  tests: FailedTest[];
}

/** What the rules have found in one part of a log; bounded, whatever the log holds. */
export class Hits {
  readonly #hits = new Map<Rule, Hit>();
  /** What the first rule to find a place in a line found, for a rule that finds none in the same line. */
  readonly #places = new Map<number, Diagnostic>();

  /** The heaviest rule; of equal ones the last in the log. */
  get winner(): readonly [Rule, Hit] | null {
    const [first] = [...this.#hits].toSorted(
      ([a, hitA], [b, hitB]) => b.weight - a.weight || hitB.cause.line - hitA.cause.line,
    );
    return first && first[0].weight >= VERDICT_WEIGHT_MIN ? first : null;
  }

  /** Adds a match; the paths in `extract` are the repository's already. */
  add(rule: Rule, cause: LogLine, summary: () => string, { diagnostic, failedTest }: Extract): void {
    let hit = this.#hits.get(rule);
    if (!hit) {
      hit = { cause, summary: summary(), evidence: [], diagnostics: [], tests: [] };
      this.#hits.set(rule, hit);
    } else if (rule.cause === 'last') hit.cause = cause;
    if (hit.evidence.length < EVIDENCE_MAX) hit.evidence.push(cause);
    if (failedTest && hit.tests.length < DETAILS_MAX) hit.tests.push(failedTest);
    if (!diagnostic || hit.diagnostics.length >= DETAILS_MAX) return;
    hit.diagnostics.push(diagnostic);
    if (!this.#places.has(cause.line)) this.#places.set(cause.line, diagnostic);
  }

  /** Hits of the rules that tell more of the same failure: same tool, same category. */
  related({ tool, category }: Rule): Hit[] {
    return [...this.#hits]
      .filter(([it]) => it.tool === tool && it.category === category)
      .map(([, hit]) => hit);
  }

  /** The place that some rule found in a line. */
  placeIn(line: number): Diagnostic | null {
    return this.#places.get(line) ?? null;
  }

  /** Moves everything behind what `others` has already. */
  moveTo(others: Hits): void {
    for (const [rule, hit] of this.#hits) if (!others.#hits.has(rule)) others.#hits.set(rule, hit);
    this.#hits.clear();
    this.#places.clear();
  }
}
