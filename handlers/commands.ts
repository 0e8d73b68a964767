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
const QUOTE = /^ {0,3}>/;
const CODE = /^(?: {4}|\t)/;

/**
 * The commands of a comment as its reader sees it: not what stands in a quotation, in code, or in a comment of the
 * mark-up. Each once, in their order.
 */
export function commandsOf(body: string): RequestVerb[] {
  const found = new Set<RequestVerb>();
  for (const line of proseLines(body.slice(0, BODY_MAX))) {
    const word = COMMAND.exec(line)?.[1]?.toLowerCase();
    if (word === undefined) continue;
    found.add(COMMANDS.find((command) => command === word) ?? 'help');
  }
  return [...found].slice(0, COMMANDS_MAX);
}

/** Lines that are shown as text of the comment's own. */
function* proseLines(body: string): Generator<string> {
  let fence: string | null = null;
  let quoted = false;
  let hidden = false;
  for (const line of body.split(/\r\n|\n|\r/)) {
    const mark = FENCE.exec(line);
    if (fence !== null) {
      if (mark && closes(mark, fence)) fence = null;
      continue;
    }
    if (hidden || line.trimStart().startsWith('<!--')) {
      hidden = !line.includes('-->');
      continue;
    }
    // A quotation goes on without its mark until a blank line.
    quoted = QUOTE.test(line) || (quoted && line.trim() !== '');
    if (quoted) continue;
    if (mark) fence = mark[1] ?? null;
    else if (!CODE.test(line)) yield line;
  }
}

function closes([, mark = '', rest = '']: RegExpExecArray, fence: string): boolean {
  return mark[0] === fence[0] && mark.length >= fence.length && rest.trim() === '';
}
