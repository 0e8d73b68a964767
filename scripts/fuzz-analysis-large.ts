/**
 * The largest hostile logs, each in a process of its own that says how much memory it took, with the compiled code:
 * `npm run build && node scripts/fuzz-analysis-large.ts`. Ends 1 when one takes more than its bound.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const MB = 1024 * 1024;

/** Most memory of a process, in MB. */
const MEMORY_LIMIT_MB = 150;

/** Least speed, in MB for each second of the processor: only what is not linear falls below. */
const SPEED_MIN = 2;

const lines = (line: string) => line.repeat(Math.ceil((256 * 1024) / line.length));

/** What is repeated, one byte a character, and how long the log is. */
const LOGS: Readonly<Record<string, { part: string; bytes: number }>> = {
  'an empty log': { part: '', bytes: 0 },
  '1 GB of ordinary lines': {
    part: lines('2026-11-02T09:14:07.0000000Z src/cart/total.ts compiled in 12 ms\n'),
    bytes: 1024 * MB,
  },
  '1 GB of errors': {
    part: lines('2026-11-02T09:14:07.0000000Z FAILED tests/test_a.py::test_b - Error: boom\n'),
    bytes: 1024 * MB,
  },
  'one line of 1 GB': { part: 'a'.repeat(256 * 1024), bytes: 1024 * MB },
  'one line of 200 MB of escapes': { part: lines('\u001b[31m\u001b]8;;'), bytes: 200 * MB },
  'ten million groups': { part: lines('##[group]Run a\n'), bytes: 150 * MB },
  '100 MB of one diff': {
    part: lines('--- a.py\t2026-01-01 00:00:00\n+++ a.py\t2026-01-01 00:00:00\n@@ -1 +1 @@\n-a\n+b\n'),
    bytes: 100 * MB,
  },
  '500 MB of NULs': { part: '\0'.repeat(256 * 1024), bytes: 500 * MB },
};

const CHILD = path.join(import.meta.dirname, 'fuzz-analysis/analyse-large.mjs');

for (const [name, { part, bytes }] of Object.entries(LOGS)) {
  const child = fork(CHILD);
  child.send({ text: part, bytes });
  const [{ seconds, peak }] = (await once(child, 'message')) as [{ seconds: number; peak: number }];
  const speed = bytes / MB / seconds;
  const good = peak < MEMORY_LIMIT_MB && (bytes === 0 || speed > SPEED_MIN);
  if (!good) process.exitCode = 1;
  process.stdout.write(
    `${good ? 'good' : 'BAD '}  ${name}: ${seconds.toFixed(1)} s of the processor, ${speed.toFixed(0)} MB/s, ${peak.toFixed(0)} MB of memory\n`,
  );
}
