import MarkdownIt, { type Token } from 'markdown-it';
import type { RequestVerb } from '../src/messages/request-verbs.ts';

/** Commands in comments. Any other word after `/checkmend` asks for help. */
const COMMANDS: readonly RequestVerb[] = ['fix', 'rerun', 'explain', 'pause', 'resume', 'why'];

/** Commands of one comment that are obeyed. */
const COMMANDS_MAX = 5;

/** Characters of a comment that are looked at; GitHub takes 65,536. */
const BODY_MAX = 65_536;

/** A command begins its line. Letter case does not count. */
const COMMAND = /^\/checkmend(?![\w-])[ \t]*(\S{0,40})/i;

/** In place of what is not plain text. */
const OTHER = '\0';

const markdown = new MarkdownIt({ html: true });
// What is escaped stays apart from text: who writes `\/checkmend` does not mean it.
markdown.core.ruler.disable('text_join');

/**
 * The commands of a comment as its reader sees it: not what stands in a quotation, a list, a heading, in code, or in a
 * comment of the mark-up. Each once, in their order.
 */
export function commandsOf(body: string): RequestVerb[] {
  // Reading mark-up takes its time: most comments have no command.
  if (!/\/checkmend/i.test(body)) return [];
  const found = new Set<RequestVerb>();
  for (const line of proseLines(body.slice(0, BODY_MAX))) {
    const word = COMMAND.exec(line)?.[1]?.toLowerCase();
    if (word === undefined) continue;
    found.add(COMMANDS.find((command) => command === word) ?? 'help');
  }
  return [...found].slice(0, COMMANDS_MAX);
}

/** Lines of the paragraphs that are the comment's own. */
function* proseLines(body: string): Generator<string> {
  const html = new Html();
  let opener: Token | undefined;
  for (const token of markdown.parse(body, {})) {
    if (token.type === 'html_block') html.read(token.content);
    if (token.type === 'inline') yield* linesOf(token.children ?? [], html, isOwnParagraph(opener));
    opener = token;
  }
}

function isOwnParagraph(opener: Token | undefined): boolean {
  return opener?.type === 'paragraph_open' && opener.level === 0;
}

function* linesOf(tokens: readonly Token[], html: Html, own: boolean): Generator<string> {
  let line = '';
  for (const { type, content } of tokens) {
    if (type === 'html_inline') html.read(content);
    if (type === 'softbreak' || type === 'hardbreak') {
      if (own) yield line;
      line = '';
    } else {
      line += type === 'text' && !html.hides ? content : OTHER;
    }
  }
  if (own) yield line;
}

/** Elements whose content is code or somebody else's words, or is not shown. */
const HIDING = new Set([
  'blockquote',
  'code',
  'kbd',
  'pre',
  'q',
  'samp',
  'script',
  'style',
  'textarea',
  'tt',
]);

/** The HTML between the text, as far as it says how the text after it is shown. */
class Html {
  readonly #open = new Map<string, number>();
  #inComment = false;

  get hides(): boolean {
    return this.#inComment || this.#open.size > 0;
  }

  read(text: string): void {
    for (const [mark, slash, name] of text.matchAll(/<!--|-->|<(\/?)([a-z][a-z\d-]*)/gi)) {
      if (mark === '-->') this.#inComment = false;
      else if (mark === '<!--') this.#inComment = true;
      else if (!this.#inComment && name) this.#count(name.toLowerCase(), slash ? -1 : 1);
    }
  }

  #count(name: string, by: number): void {
    if (!HIDING.has(name)) return;
    const open = (this.#open.get(name) ?? 0) + by;
    if (open > 0) this.#open.set(name, open);
    else this.#open.delete(name);
  }
}
