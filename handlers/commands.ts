import type { RequestVerb } from '../src/messages/request-verbs.ts';

/** Commands in comments. Any other word after `/checkmend` asks for help. */
const COMMANDS: readonly RequestVerb[] = ['fix', 'rerun', 'explain', 'pause', 'resume', 'why'];

/** Commands of one comment that are obeyed. */
const COMMANDS_MAX = 5;

/** Characters of a comment that are looked at; GitHub takes 65,536. */
const BODY_MAX = 65_536;

/** A command begins its line; GitHub's mark-up allows three spaces before text. Letter case does not count. */
const COMMAND = /^ {0,3}\/checkmend(?![\w-])[ \t]*(\S{0,40})/i;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const LIST_MARKS = /^(?: {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]{1,4})+/;
const QUOTE = /^ {0,3}>/;
const CODE = /^(?: {4}|\t)/;

/**
 * The commands of a comment as its reader sees it: not what stands in a quotation, in code, or in a comment of the
 * mark-up. Each once, in their order.
 */
export function commandsOf(body: string): RequestVerb[] {
  const found = new Set<RequestVerb>();
  for (const paragraph of paragraphsOf(proseLines(body.slice(0, BODY_MAX)))) {
    for (const line of linesOutsideCode(paragraph)) {
      const word = COMMAND.exec(line)?.[1]?.toLowerCase();
      if (word === undefined) continue;
      found.add(COMMANDS.find((command) => command === word) ?? 'help');
    }
  }
  return [...found].slice(0, COMMANDS_MAX);
}

/** Lines that belong together; inline mark-up does not go beyond them. */
function* paragraphsOf(lines: Iterable<string>): Generator<string[]> {
  let paragraph: string[] = [];
  for (const line of lines) {
    if (line.trim() === '' || LIST_MARKS.test(line)) {
      yield paragraph;
      paragraph = [];
    }
    paragraph.push(line);
  }
  yield paragraph;
}

/** Lines of a paragraph that do not begin in inline code, which may go over several. */
function* linesOutsideCode(paragraph: readonly string[]): Generator<string> {
  const spans = codeSpans(paragraph.join('\n')).values();
  let span = spans.next().value;
  let at = 0;
  for (const line of paragraph) {
    while (span && span.end <= at) span = spans.next().value;
    if (!span || span.start >= at) yield line;
    at += line.length + 1;
  }
}

/** Where a run of backticks and the next one that is as long enclose code. */
function codeSpans(text: string): { start: number; end: number }[] {
  const runs = [...text.matchAll(/`+/g)].map(({ 0: run, index }) => ({ index, size: run.length }));
  const twins: (number | undefined)[] = [];
  const nextOfSize = new Map<number, number>();
  for (const [i, { size }] of [...runs.entries()].reverse()) {
    twins[i] = nextOfSize.get(size);
    nextOfSize.set(size, i);
  }
  const spans = [];
  for (let i = 0; i < runs.length; i++) {
    const twin = twins[i];
    const [start, end] = [runs[i], twin === undefined ? undefined : runs[twin]];
    if (twin === undefined || !start || !end) continue;
    spans.push({ start: start.index, end: end.index + end.size });
    i = twin;
  }
  return spans;
}

/** Lines that are shown as text of the comment's own; an empty one in place of each that is not. */
function* proseLines(body: string): Generator<string> {
  let fence: string | null = null;
  let quoted = false;
  let hidden: string | null = null;
  for (const line of body.split(/\r\n|\n|\r/)) {
    // A list may hold a quotation or code, which begin after its mark.
    const content = line.replace(LIST_MARKS, '');
    const mark = FENCE.exec(content);
    let shown = '';
    if (fence !== null) {
      if (closes(FENCE.exec(line.trimStart()), fence)) fence = null;
    } else if (hidden !== null) {
      hidden = hiddenAfter(line, hidden);
    } else {
      // A quotation goes on without its mark until a blank line.
      quoted = QUOTE.test(content) || (quoted && line.trim() !== '');
      if (mark && !quoted) fence = mark[1] ?? null;
      else if (!quoted && !CODE.test(line)) {
        hidden = hiddenAfter(line, null);
        shown = line;
      }
    }
    yield shown;
  }
}

/** What ends the comment of the mark-up, or the preformatted text, that goes on after a line; null where none does. */
function hiddenAfter(line: string, before: string | null): string | null {
  let rest = line.toLowerCase().replace(/`[^`]*`/g, '');
  let end = before;
  for (;;) {
    if (end === null) {
      const start = /<(!--|pre(?![\w-]))/.exec(rest);
      if (!start) return null;
      rest = rest.slice(start.index + start[0].length);
      end = start[1] === '!--' ? '-->' : '</pre>';
    }
    const at = rest.indexOf(end);
    if (at === -1) return end;
    rest = rest.slice(at + end.length);
    end = null;
  }
}

function closes(mark: RegExpExecArray | null, fence: string): boolean {
  if (!mark) return false;
  const [, ticks = '', rest = ''] = mark;
  return ticks[0] === fence[0] && ticks.length >= fence.length && rest.trim() === '';
}
