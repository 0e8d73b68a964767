import { fixTrailers } from './own-commits.ts';
import { redactHidden } from './report/markdown.ts';

/** Characters of a commit's first line, and of the sentence below it. */
const HEADLINE_MAX = 72;
const SENTENCE_MAX = 200;

/** One fix that a commit holds; all but the id comes from outside. */
export interface CommittedFix {
  readonly fixId: string;
  readonly check: string;
  readonly tool: string | null;
  readonly category: string;
  readonly summary: string;
}

/** What the text of a fix commit is made of. */
export interface CommitTextInput {
  readonly template: string;
  /** At least one. */
  readonly fixes: readonly CommittedFix[];
  readonly correlationId: string | null;
}

/** First line and rest of a fix commit's message, its trailers last. */
export function commitText(input: CommitTextInput): { headline: string; body: string } {
  const listed = (pick: (fix: CommittedFix) => string) =>
    [...new Set(input.fixes.map((fix) => plain(pick(fix))))].join(', ');
  const values: Readonly<Record<string, string>> = {
    check: listed((fix) => fix.check),
    tool: listed((fix) => fix.tool ?? fix.category),
    category: listed((fix) => fix.category),
  };
  const headline = cut(
    input.template.replace(/\{(check|tool|category)\}/g, (_all, name: string) => values[name] ?? ''),
    HEADLINE_MAX,
  );
  const sentences = input.fixes.map((fix) => cut(plain(fix.summary), SENTENCE_MAX)).filter(Boolean);
  const trailers = fixTrailers(
    input.fixes.map((fix) => fix.fixId),
    input.correlationId,
  );
  return {
    headline: headline === '' ? 'Fix a failing check' : headline,
    body: [[...new Set(sentences)].join('\n'), trailers].filter(Boolean).join('\n\n'),
  };
}

/**
 * Text from outside on one line, without what is acted on in a commit message: mentions, references to issues, the
 * marks of `[skip ci]` and `***NO_CI***`, and the colon by which `Co-authored-by:` would be a trailer.
 */
function plain(text: string): string {
  return redactHidden(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[@#*[\]]/g, '')
    .replace(/^\s*(\w+(?:-\w+)+)\s*:/, '$1')
    .replace(/\bGH-(?=\d)/gi, 'GH ')
    .replace(/(?<=\/\/\S{0,200})\/(?:issues|pull)\/(?=\d)/g, '/')
    .trim();
}

function cut(text: string, length: number): string {
  const characters = Array.from(text.trim());
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`;
}
