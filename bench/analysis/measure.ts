import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { analyzeLog } from '../../src/analysis/analyze.ts';

/**
 * Milliseconds of the processor that the analyser needs for a log in memory, its helper threads' included. Not of the
 * clock: what else the machine does is no matter of the analyser's.
 */
export async function analyseMs(log: Buffer): Promise<number> {
  const startedAt = process.cpuUsage();
  await analyzeLog(log);
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1000;
}

/** Milliseconds of the processor that `grep -E -c` needs for a file; its start-up is subtracted by the caller. */
export function grepMs(patterns: string, file: string): number {
  const script = 'TIMEFORMAT="%3U %3S"; time grep -E -c -f "$1" "$2" | cat; true';
  const { status, error, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', patterns, file], {
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Not straight to nowhere: grep would then end at the first match.
  const times = /^(\d+\.\d+) (\d+\.\d+)\n$/.exec(stderr);
  if (error || status !== 0 || !times) throw new Error(`grep: ${stderr}`, { cause: error });
  return (Number(times[1]) + Number(times[2])) * 1000;
}

/** Largest resident memory, in bytes, and milliseconds of the processor, of a process that reads a file as `checkmend analyze` does. */
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
