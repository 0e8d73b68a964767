import { STEP_TEXTS } from './job-steps.ts';
import type { Rule } from './rule.ts';

/** Words of a line that calls itself an error, as tools write them. */
const ERROR_WORDS = ['error', 'fatal', 'failed', 'failure', 'exception', 'panic'];

/** Which rules a text in a line calls for. Made once for a set of rules. */
export class RuleIndex {
  readonly rules: readonly Rule[];
  /** What to look for; the index is what {@link rulesOf} takes. */
  readonly texts: readonly string[];
  readonly #rulesOf: readonly (readonly number[])[];
  readonly #stepTexts: ReadonlySet<number>;

  constructor(rules: readonly Rule[]) {
    this.rules = rules;
    const byText = new Map<string, number[]>();
    for (const text of [...ERROR_WORDS.flatMap(spellings), ...STEP_TEXTS]) byText.set(text, []);
    for (const [index, { literals }] of rules.entries()) {
      for (const text of literals) byText.set(text, [...(byText.get(text) ?? []), index]);
    }
    this.texts = [...byText.keys()];
    this.#rulesOf = [...byText.values()];
    this.#stepTexts = new Set(STEP_TEXTS.map((text) => this.texts.indexOf(text)));
  }

  /** Indexes of the rules that want a line with this text. */
  rulesOf(text: number): readonly number[] {
    return this.#rulesOf[text] ?? [];
  }

  /** Whether a line with this text may say something about the steps of the job. */
  isOfSteps(text: number): boolean {
    return this.#stepTexts.has(text);
  }
}

function spellings(word: string): string[] {
  return [word, `${word[0]?.toUpperCase()}${word.slice(1)}`, word.toUpperCase()];
}
