import type { PersonRequestRecord } from '../../store/person-requests.ts';
import { isIgnored, isMended, type ReportItem, statusLine } from './item.ts';
import { cutBytes, escapeText, inlineCode } from './markdown.ts';
import { askedFor } from './requests.ts';
import { joinSections } from './sections.ts';

/** The mark of our one comment on a pull request; nobody sees it. */
export const COMMENT_MARK = '<!-- checkmend-comment -->';

/** An answer to a command that needs words: what was asked, and what there is to say. */
export interface Answered {
  readonly request: PersonRequestRecord;
  /** Mark-up, whole sections. */
  readonly sections: readonly string[];
}

/** What our comment on a pull request says. */
export interface CommentFacts {
  readonly headSha: string;
  readonly items: readonly ReportItem[];
  /** The newest of its kind, or null. */
  readonly answered: Answered | null;
  /** Are commands in comments obeyed? */
  readonly commands: boolean;
}

/**
 * The text of our comment: what is left for a person to do, and the answer to the newest command. Null where there
 * is nothing to say; a comment that is there then says {@link nothingLeft}.
 */
export function composeComment({ headSha, items, answered, commands }: CommentFacts): string | null {
  const left = items.filter((item) => item.leftToPeople && !isMended(item) && !isIgnored(item));
  if (left.length === 0 && answered === null) return null;
  const sections = [
    ...(left.length > 0 ? [headline(left.length, headSha), ...left.map(itemLine), howTo(commands)] : []),
    ...(answered ? [question(answered.request), ...answered.sections] : []),
  ];
  return joinSections([COMMENT_MARK, ...sections], (count) => `*${count} more do not fit here.*`);
}

/** What a comment says that is there and has nothing to say any more. */
export function nothingLeft(headSha: string): string {
  return `${COMMENT_MARK}\n\nNothing is left to do on ${short(headSha)}.`;
}

function headline(count: number, headSha: string): string {
  const what = count === 1 ? 'a patch for a failed check' : `patches for ${count} failed checks`;
  return `Checkmend has ${what} of ${short(headSha)} that it leaves to you:`;
}

function itemLine(item: ReportItem): string {
  const name = inlineCode(cutBytes(item.checkName, 200));
  return `- ${name}: ${cutBytes(escapeText(item.diagnosis.summary), 300)}. ${statusLine(item)}`;
}

function howTo(commands: boolean): string {
  const ways = [
    'The check run *Checkmend* shows each patch as a command to copy',
    'where it has a button *Apply fix*, people with write access can press it',
    ...(commands ? ['or comment `/checkmend fix`'] : []),
  ];
  return `${ways.join('; ')}.`;
}

function question(request: PersonRequestRecord): string {
  return `${inlineCode(request.requestedBy)} asked: **${askedFor(request)}**`;
}

function short(sha: string): string {
  return inlineCode(sha.slice(0, 7));
}
