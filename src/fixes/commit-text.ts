import { redactSecrets } from '../logger.ts';
import { fixTrailers } from './own-commits.ts';

/** Characters of a commit's first line, and of the sentence below it. */
const HEADLINE_MAX = 72;
const SENTENCE_MAX = 200;

/** What the text of a fix commit is made of; `check`, `tool` and `summary` come from outside. */
export interface CommitTextInput {
  readonly template: string;
  readonly check: string;
  readonly tool: string | null;
  readonly category: string;
  readonly summary: string;
  readonly fixId: string;
  readonly correlationId: string | null;
}

/** First line and rest of a fix commit's message, its trailers last. */
export function commitText(input: CommitTextInput): { headline: string; body: string } {
  const values: Readonly<Record<string, string>> = {
    check: plain(input.check),
    tool: plain(input.tool ?? input.category),
    category: input.category,
  };
  const headline = cut(
    input.template.replace(/\{(check|tool|category)\}/g, (_all, name: string) => values[name] ?? ''),
    HEADLINE_MAX,
  );
  const sentence = cut(plain(input.summary), SENTENCE_MAX);
  const trailers = fixTrailers(input.fixId, input.correlationId);
  return {
    headline: headline === '' ? 'Fix a failing check' : headline,
    body: sentence === '' ? trailers : `${sentence}\n\n${trailers}`,
  };
}

/**
 * Text from outside on one line, without what GitHub acts on in a commit message: mentions, references to
 * issues, and the brackets of `[skip ci]`.
 */
function plain(text: string): string {
  return redactSecrets(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[@#[\]]/g, '')
    .replace(/\bGH-(?=\d)/gi, 'GH ')
    .replace(/(?<=\/\/\S{0,200})\/(?:issues|pull)\/(?=\d)/g, '/')
    .trim();
}

function cut(text: string, length: number): string {
  const characters = Array.from(text.trim());
  return characters.length <= length ? characters.join('') : `${characters.slice(0, length - 1).join('')}…`;
}
