import { existsSync } from 'node:fs';
import path from 'node:path';
import { readCases } from '../src/evaluation/labels.ts';
import { evaluate } from '../src/evaluation/scoreboard.ts';
import { formatTables } from '../src/evaluation/scoreboard-page.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** The page whose tables are made. */
export const SCOREBOARD = path.join(ROOT, 'docs/scoreboard.md');

/** Labelled logs by the name of their section; the corpus is no part of the project, and may not be there. */
const SECTIONS = {
  fixtures: [path.join(ROOT, 'fixtures/logs'), path.join(ROOT, 'fixtures/logs/labels.jsonl')],
  corpus: [path.join(ROOT, '../shared/corpus'), path.join(ROOT, 'test/corpus/labels.jsonl')],
} as const;

/** The page with its tables made anew; a section whose logs are not there keeps what it has. */
export async function withTables(page: string): Promise<string> {
  let result = page;
  for (const [name, [logs, labels]] of Object.entries(SECTIONS)) {
    if (!existsSync(logs)) continue;
    const tables = formatTables(await evaluate(readCases(logs, labels)));
    const section = new RegExp(`(<!-- ${name} -->\n\n)[^]*?(\n\n<!-- end of ${name} -->)`);
    if (!section.test(result)) throw new Error(`${SCOREBOARD} has no section ${name}`);
    result = result.replace(section, (_, before: string, after: string) => before + tables + after);
  }
  return result;
}
