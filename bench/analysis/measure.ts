import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { analyzeLog } from '../../src/analysis/analyze.ts';

/** Milliseconds that the analyser needs for a log in memory. */
export async function analyseMs(log: Buffer): Promise<number> {
  const startedAt = performance.now();
  await analyzeLog(log);
  return performance.now() - startedAt;
}

/** Milliseconds that `grep -E -c` needs for a file; its start-up is subtracted by the caller. */
export function grepMs(patterns: string, file: string): number {
  const startedAt = performance.now();
  const { status, error } = spawnSync('grep', ['-E', '-c', '-f', patterns, file], {
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
  });
  const elapsed = performance.now() - startedAt;
  // 1 is "no line matched".
  if (error || (status ?? 2) > 1) throw new Error(`grep ended with ${status}`, { cause: error });
  return elapsed;
}

/** Largest resident memory, in bytes, and milliseconds of a process that reads a file as `checkmend analyze` does. */
export function analyseFile(file: string): { bytes: number; ms: number } {
  const script = path.join(import.meta.dirname, 'analyse-file.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the process ended with ${status}`);
  return JSON.parse(stdout) as { bytes: number; ms: number };
}

/** The median: one slow run is the machine's. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
