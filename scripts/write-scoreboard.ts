/** Writes the tables of docs/scoreboard.md: `npm run scoreboard`. A test holds the page to what it writes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { SCOREBOARD, withTables } from './scoreboard-page.ts';

writeFileSync(SCOREBOARD, await withTables(readFileSync(SCOREBOARD, 'utf8')));
