/** Why something is not done: the name of the rule and one sentence for a person. */
export interface Refusal {
  /** Dotted, stable, e.g. `path.protected`. */
  readonly rule: string;
  readonly reason: string;
}
