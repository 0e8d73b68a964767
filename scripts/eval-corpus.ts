/**
 * Scores the analyser over the corpus of real logs, which is no part of the project. `npm run eval:corpus [-- DIR]`.
 * `--misses` lists what was wrong in the seen half; of the other nothing but the figures is ever printed.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readCases } from '../src/evaluation/labels.ts';
import { evaluate } from '../src/evaluation/scoreboard.ts';
import { formatScoreboard } from '../src/evaluation/scoreboard-page.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const LABELS = path.join(ROOT, 'test/corpus/labels.jsonl');

const folder =
  process.argv.slice(2).find((it) => !it.startsWith('--')) ?? path.join(ROOT, '../shared/corpus');
const missing = [folder, LABELS].find((it) => !existsSync(it));
if (missing) process.stdout.write(`There is no ${path.relative(ROOT, missing)}: nothing to score.\n`);
else await score();

async function score(): Promise<void> {
  const scoreboard = await evaluate(readCases(folder, LABELS));
  process.stdout.write(`${formatScoreboard(scoreboard)}\n`);
  if (!process.argv.includes('--misses')) return;
  for (const { file, split, what } of scoreboard.misses)
    if (split === 'seen') process.stdout.write(`${file}  ${what}\n`);
}
