import { styleText } from 'node:util';
import { printable } from '../../src/printable.ts';
import type { TimelineEntry } from '../../src/store/types.ts';

const write = (line: string) => process.stdout.write(`${line}\n`);

/** Marks of the stages that a pull request goes through. */
const MARKS: Readonly<Record<TimelineEntry['kind'], string>> = {
  event: styleText('blue', '●'),
  diagnosis: styleText('yellow', '◆'),
  verdict: styleText('magenta', '▲'),
  action: styleText('green', '✔'),
  refusal: styleText('yellow', '■'),
  error: styleText('red', '✖'),
};

/** What the terminal shows of the demo. */
export const narrator = {
  opening(githubUrl: string, serviceUrl: string, pid: number): void {
    write(
      styleText('bold', 'Checkmend demo: a GitHub on this machine, the real service, three pull requests'),
    );
    write(`  GitHub   ${githubUrl} (emulated; no account, no network)`);
    write(`  service  ${serviceUrl} (process ${pid})`);
  },

  story(name: string, title: string, teaser: string): void {
    write('');
    write(`${styleText('bold', `${name}  ${title}`)}  ${styleText('dim', teaser)}`);
  },

  stage(entry: TimelineEntry): void {
    const time = new Date(entry.at).toISOString().slice(11, 22);
    const rule = entry.rule ? styleText('dim', `  (rule ${entry.rule})`) : '';
    write(
      `  ${styleText('dim', time)}  ${MARKS[entry.kind]} ${entry.kind.padEnd(9)}  ${printable(entry.message)}${rule}`,
    );
  },

  ending([first = '', ...more]: readonly string[]): void {
    write(`  ${styleText('green', '=>')} ${styleText('bold', printable(first))}`);
    for (const line of more) write(`     ${paint(line)}`);
  },

  failed(reason: string): void {
    write(`  ${styleText('red', '=>')} ${reason}`);
  },

  closing(lines: readonly string[]): void {
    write('');
    for (const line of lines) write(line);
  },
};

function paint(line: string): string {
  const text = printable(line);
  if (line.startsWith('+')) return styleText('green', text);
  if (line.startsWith('-')) return styleText('red', text);
  return text;
}
