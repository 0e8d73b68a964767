import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/events.md');

/** Events of the tables. */
const listed = new Set([...page.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name));

it('lists every event of GitHub that there is a type for', () => {
  const [, names = ''] = /HandledEventName = Extract<([^>]+)>/.exec(read('src/events/event-map.ts')) ?? [];
  const handled = [...names.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  expect(handled.length).toBeGreaterThan(5);
  expect(handled.filter((name) => !listed.has(name))).toEqual([]);
});

it('lists every domain event, with its own fields', () => {
  const source = read('src/events/event-map.ts');
  const body = source.slice(source.indexOf('interface DomainEvents'), source.indexOf('type ServiceEvents'));
  const events = [...body.matchAll(/^ {2}'([\w.]+)': PullRequestFact(?: & \{ (.+) \})?;$/gm)];
  expect(events.length).toBeGreaterThan(5);
  for (const [, name = '', fields = ''] of events) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    expect(row, name).toBeDefined();
    for (const [, field] of fields.matchAll(/(\w+):/g)) expect(row).toContain(`\`${field}\``);
  }
});
