import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SCOREBOARD, withTables } from '../../scripts/scoreboard-page.ts';

it('the tables of docs/scoreboard.md are what the analyser scores now', async () => {
  const page = readFileSync(SCOREBOARD, 'utf8');
  expect(await withTables(page)).toBe(page);
}, 60_000);
