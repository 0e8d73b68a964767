import type { ReviewComment } from '../../github/proposals.ts';
import { inlineCode } from '../report/markdown.ts';
import type { LineChange } from './line-change.ts';

/** Suggestions of one review: more of them make a pull request's page slow to read. */
export const SUGGESTIONS_MAX = 30;
/** Bytes of one suggestion; GitHub takes 65,536 characters. */
const SUGGESTION_MAX_BYTES = 60_000;

/** The mark of a fix in a review: a comment of the mark-up that nobody sees. */
export function reviewMark(fixId: string): string {
  return `<!-- checkmend-fix: ${fixId.replace(/[^\w-]/g, '')} -->`;
}

/** One suggestion; null for one that is too long. */
export function suggestionOf({ path, from, to, lines }: LineChange): ReviewComment | null {
  const text = lines.map((line) => `${line}\n`).join('');
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  const body = `${fence}suggestion\n${text}${fence}`;
  if (Buffer.byteLength(body) > SUGGESTION_MAX_BYTES) return null;
  return { path, startLine: from, line: to, body };
}

/** What the review says, and its marks. */
export function reviewBody(
  fixIds: readonly string[],
  checkNames: readonly string[],
  dropped: number,
): string {
  const names = [...new Set(checkNames)].filter(Boolean).map((name) => inlineCode(name.slice(0, 200)));
  const checks = names.length > 0 ? names.slice(0, 20).join(', ') : 'a failing check';
  const rest = dropped === 1 ? 'One more change lies' : `${dropped} more changes lie`;
  return [
    `These changes are what ${checks} asks for.`,
    ...(dropped > 0
      ? [`${rest} outside of the diff: the whole patch is in the report of the check run.`]
      : []),
    fixIds.map(reviewMark).join('\n'),
  ].join('\n\n');
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
