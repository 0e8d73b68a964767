import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** TypeScript of a page, each block with the source that the last link before it names. */
function blocksOf(page: string): { code: string; source: string | undefined }[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => {
    const before = text.slice(0, match.index);
    const [, link] = [...before.matchAll(/\]\(([^)]+\.ts)\)/g)].at(-1) ?? [];
    const source = link === undefined ? undefined : path.resolve(root, path.dirname(page), link);
    return { code: match[1] ?? '', source };
  });
}

/** The examples and tests are compiled and run: code that is theirs, line by line, is right. */
describe.each([
  ['README.md', 1],
  ['docs/workers.md', 8],
  ['docs/events.md', 1],
])('the code of %s', (page, least) => {
  const blocks = blocksOf(page);

  it('is there', () => expect(blocks.length).toBeGreaterThanOrEqual(least));

  it.each(blocks)('is that of $source', ({ code, source }) => {
    expect(source && readFileSync(source, 'utf8')).toContain(code);
  });
});
