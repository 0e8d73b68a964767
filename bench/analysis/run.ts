/**
 * Speed of the analyser on ordinary logs, with `grep -E` over an equal list of texts beside it, in turns.
 * Both by the time of the processor. `npm run bench:analysis [-- --json]`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RULES } from '../../src/analysis/rules/index.ts';
import { RuleIndex } from '../../src/analysis/rules/rule-index.ts';
import { readCases } from '../../src/evaluation/labels.ts';
import { analyseFile, analyseMs, grepMs, median } from './measure.ts';
import { ordinaryLog } from './ordinary-log.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/logs');
const SIZE = 64 * 1024 * 1024;
const LARGE_FACTOR = 16;
const ROUNDS = 7;

interface Figure {
  metric: string;
  ours: number;
  peer: number | null;
  ratio: number | null;
}

const folder = mkdtempSync(path.join(tmpdir(), 'checkmend-bench-'));
try {
  const figures = await measure();
  process.stdout.write(
    process.argv.includes('--json') ? `${JSON.stringify(figures, null, 2)}\n` : table(figures),
  );
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<Figure[]> {
  const log = ordinaryLog(SIZE);
  const fixtures = readCases(FIXTURES, path.join(FIXTURES, 'labels.jsonl'));
  const files = writeFiles(log);
  const double = Buffer.concat([log, log]);
  const [once, twice, grepOnce, fixture]: number[][] = [[], [], [], []];
  await analyseMs(log);
  grepMs(files.patterns, files.once);
  for (let round = 0; round < ROUNDS; round++) {
    once?.push(await analyseMs(log));
    grepOnce?.push(grepMs(files.patterns, files.once) - grepMs(files.patterns, '/dev/null'));
    twice?.push(await analyseMs(double));
  }
  const small = ordinaryLog(128 * 1024);
  for (let run = 0; run < 50; run++) fixture?.push(await analyseMs(small));
  const labelled: number[] = [];
  for (const { bytes } of fixtures) labelled.push(await analyseMs(bytes));
  const speed = SIZE / 1e3 / median(once ?? []);
  const grepSpeed = SIZE / 1e3 / median(grepOnce ?? []);
  const large = analyseFile(files.large);
  return [
    { metric: 'MB/s, 64 MiB', ours: speed, peer: grepSpeed, ratio: speed / grepSpeed },
    figure('time of twice the log, times', median(twice ?? []) / median(once ?? [])),
    figure('ms, log of 128 KiB', median(fixture ?? [])),
    figure('ms, median of the labelled logs', median(labelled)),
    figure('MB of memory, 64 MiB from a file', analyseFile(files.once).bytes / 1e6),
    figure('MB of memory, 1 GiB from a file', large.bytes / 1e6),
    figure('MB/s, 1 GiB from a file', (SIZE * LARGE_FACTOR) / 1e3 / large.ms),
  ];
}

function figure(metric: string, ours: number): Figure {
  return { metric, ours, peer: null, ratio: null };
}

function writeFiles(log: Buffer): { once: string; large: string; patterns: string } {
  const files = {
    once: path.join(folder, 'once.log'),
    large: path.join(folder, 'large.log'),
    patterns: path.join(folder, 'patterns'),
  };
  writeFileSync(files.once, log);
  writeFileSync(files.large, '');
  for (let n = 0; n < LARGE_FACTOR; n++) writeFileSync(files.large, log, { flag: 'a' });
  const texts = new RuleIndex(RULES).texts.map((text) =>
    text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^\n/, '^'),
  );
  writeFileSync(files.patterns, `${texts.join('\n')}\n`);
  process.stderr.write(
    `${RULES.length} rules, ${readFileSync(files.patterns, 'utf8').split('\n').length - 1} texts\n`,
  );
  return files;
}

function table(figures: readonly Figure[]): string {
  const number = (value: number | null) => (value === null ? '' : value.toFixed(value < 10 ? 2 : 0));
  const rows = figures.map(
    ({ metric, ours, peer, ratio }) => `| ${metric} | ${number(ours)} | ${number(peer)} | ${number(ratio)} |`,
  );
  return ['| | ours | grep -E | ratio |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
