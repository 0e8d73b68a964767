import type { Command } from '@commander-js/extra-typings';
import type { ScoreboardRow } from '../store/scoreboard.ts';
import { withState } from './state.ts';
import { table } from './table.ts';

/** `checkmend scoreboard`: what became of the fixes, by category of the failure. */
export function registerScoreboard(program: Command): void {
  program
    .command('scoreboard')
    .description('how many fixes were tried, have mended their check, or made things worse, by category')
    .option('--json', 'one JSON object a line')
    .action(async ({ json = false }) => {
      const rows = await withState(({ store }) => store.scoreboard.read());
      const lines = json ? rows.map((row) => JSON.stringify(row)) : page(rows);
      if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
    });
}

function page(rows: readonly ScoreboardRow[]): string[] {
  if (rows.length === 0) return ['no fix was tried yet'];
  return table(
    ['category', 'tried', 'mended', 'same failure', 'made worse', 'open'],
    rows.map(({ category, tried, mended, sameFailure, madeWorse, open }) => [
      category,
      ...[tried, mended, sameFailure, madeWorse, open].map(String),
    ]),
  );
}
