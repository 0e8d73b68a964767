import type { Diagnostic, FailedTest, LogLine } from '../types.ts';
import type { Extract, Rule } from './rule.ts';

/** Most lines that a diagnosis quotes, and most diagnostics and tests that it lists. */
export const EVIDENCE_MAX = 20;
export const DETAILS_MAX = 200;

/** Lighter rules only add places and tests to the verdict of another. */
const VERDICT_WEIGHT_MIN = 15;

/** Most lines between a cause and the place that it names. */
const PLACE_LINES = 6;

/** What one rule has found. */
export interface Hit {
  cause: LogLine;
  summary: string;
  evidence: LogLine[];
  /** What follows the cause. */
  context: LogLine[];
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

  /** Adds a match in a line, of which the cause may be an earlier one; the paths in `extract` are the repository's already. */
  add(
    rule: Rule,
    cause: LogLine,
    summary: () => string,
    line: number,
    { diagnostic, failedTest }: Extract,
  ): Hit {
    let hit = this.#hits.get(rule);
    if (!hit) {
      hit = { cause, summary: summary(), evidence: [], context: [], diagnostics: [], tests: [] };
      this.#hits.set(rule, hit);
    } else if (rule.cause === 'last') {
      hit.cause = cause;
      hit.context = [];
    }
    if (hit.evidence.length < EVIDENCE_MAX && hit.evidence.at(-1)?.line !== cause.line)
      hit.evidence.push(cause);
    if (failedTest && hit.tests.length < DETAILS_MAX) hit.tests.push(failedTest);
    if (diagnostic && hit.diagnostics.length < DETAILS_MAX) {
      hit.diagnostics.push(diagnostic);
      if (!this.#places.has(line)) this.#places.set(line, diagnostic);
    }
    return hit;
  }

  /** Hits of the rules that tell more of the same failure: same tool, same category. */
  related({ tool, category }: Rule): Hit[] {
    return [...this.#hits]
      .filter(([it]) => it.tool === tool && it.category === category)
      .map(([, hit]) => hit);
  }

  /** The place that some rule found in a line, or soon after it. */
  placeNear(line: number): Diagnostic | null {
    for (let at = line; at <= line + PLACE_LINES; at++) {
      const place = this.#places.get(at);
      if (place) return place;
    }
    return null;
  }

  /** Moves everything behind what `others` has already. */
  moveTo(others: Hits): void {
    if (this.#hits.size === 0) return;
    for (const [rule, hit] of this.#hits) if (!others.#hits.has(rule)) others.#hits.set(rule, hit);
    for (const [line, place] of this.#places)
      if (others.#places.size < DETAILS_MAX) others.#places.set(line, place);
    this.#hits.clear();
    this.#places.clear();
  }
}
