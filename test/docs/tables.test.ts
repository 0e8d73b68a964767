import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const docs = path.resolve(import.meta.dirname, '../../docs');

/** Rows of a page's tables: those that are neither a heading nor its rule. */
function rowsOf(page: string): string[] {
  return readFileSync(path.join(docs, page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.endsWith('| test |'));
}

/** Whether a title is a text of a source, or one with a place (`%s ends the analysis`) that another text fills. */
function isTitle(title: string, source: string): boolean {
  const texts = new Set(
    [...source.matchAll(/(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g)].map(([, , text = '']) => text),
  );
  if (texts.has(title)) return true;
  return [...texts].some((template) => {
    const [before, after, ...more] = template.split('%s');
    if (before === undefined || after === undefined || more.length > 0) return false;
    if (!title.startsWith(before) || !title.endsWith(after)) return false;
    return texts.has(title.slice(before.length, title.length - after.length));
  });
}

describe.each([
  ['failures.md', 50],
  ['invariants.md', 25],
  ['states.md', 30],
  ['events.md', 20],
])('docs/%s', (page, least) => {
  const rows = rowsOf(page);

  it('has rows', () => {
    expect(rows.length).toBeGreaterThan(least);
  });

  it.each(rows)('%s', (row) => {
    const [, title = '', file = ''] = /\[([^\]]+)\]\(([^)]+)\) \|$/.exec(row) ?? [];
    const source = readFileSync(path.resolve(docs, file), 'utf8');
    expect(isTitle(title, source)).toBe(true);
  });
});
