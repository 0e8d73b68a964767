/** What a person can ask for. `evaluate` is GitHub's own "Re-run" of our check run, `help` any command that is none. */
export const REQUEST_VERBS = [
  'fix',
  'rerun',
  'explain',
  'pause',
  'resume',
  'why',
  'ignore',
  'evaluate',
  'help',
] as const;
/** One of {@link REQUEST_VERBS}. */
export type RequestVerb = (typeof REQUEST_VERBS)[number];

/** Verbs that come by a button of the report, which has the verb as its identifier, and what stands on it. */
export const BUTTON_LABELS = Object.freeze({
  fix: 'Apply fix',
  rerun: 'Re-run',
  ignore: 'Ignore',
}) satisfies Partial<Record<RequestVerb, string>>;
/** What a button can ask for. */
export type ButtonVerb = keyof typeof BUTTON_LABELS;

/** The verb of a button's identifier, or null when it is none of ours. */
export function buttonVerb(identifier: string): ButtonVerb | null {
  return Object.hasOwn(BUTTON_LABELS, identifier) ? (identifier as ButtonVerb) : null;
}
