import path from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { readCases } from '../evaluation/labels.ts';
import { evaluate } from '../evaluation/scoreboard.ts';
import { formatScoreboard } from '../evaluation/scoreboard-page.ts';

/** `checkmend eval DIR --labels FILE`: the analyser's scoreboard over a labelled corpus. */
export function registerEval(program: Command): void {
  program
    .command('eval')
    .description('score the analyser over labelled logs')
    .argument('<dir>', 'folder of *.log files')
    .option('--labels <file>', 'one JSON object a line; default labels.jsonl in the folder')
    .option('--json', 'print the figures as JSON')
    .option('--misses', 'list what was wrong, file by file')
    .action(async (dir, { labels = path.join(dir, 'labels.jsonl'), json = false, misses = false }) => {
      const scoreboard = await evaluate(readCases(dir, labels));
      process.stdout.write(`${json ? JSON.stringify(scoreboard, null, 2) : formatScoreboard(scoreboard)}\n`);
      if (!misses || json) return;
      for (const { file, split, what } of scoreboard.misses)
        process.stdout.write(`${split}  ${file}  ${what}\n`);
    });
}
