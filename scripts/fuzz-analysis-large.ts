/**
 * The largest hostile logs, each in a process of its own that says how much memory it took:
 * `node scripts/fuzz-analysis-large.ts`. Ends 1 when one takes more than its bound.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { analyzeLog } from '../src/analysis/analyze.ts';

const MB = 1024 * 1024;

/** Most memory, in MB, over that of the same process with an empty log. */
const GROWTH_LIMIT_MB = 100;

/** Least speed, in MB/s: only what is not linear falls below. */
const SPEED_MIN = 5;

const lines = (line: string) => Buffer.from(line.repeat(Math.ceil((256 * 1024) / line.length)));

const LOGS: Readonly<Record<string, { part: Buffer; bytes: number }>> = {
  'an empty log': { part: Buffer.alloc(0), bytes: 0 },
  '1 GB of ordinary lines': {
    part: lines('2026-11-02T09:14:07.0000000Z src/cart/total.ts compiled in 12 ms\n'),
    bytes: 1024 * MB,
  },
  '1 GB of errors': {
    part: lines('2026-11-02T09:14:07.0000000Z FAILED tests/test_a.py::test_b - Error: boom\n'),
    bytes: 1024 * MB,
  },
  'one line of 1 GB': { part: Buffer.alloc(256 * 1024, 0x61), bytes: 1024 * MB },
  'one line of 200 MB of escapes': { part: lines('\u001b[31m\u001b]8;;'), bytes: 200 * MB },
  'ten million groups': { part: lines('##[group]Run a\n'), bytes: 150 * MB },
  '100 MB of one diff': {
    part: lines('--- a.py\t2026-01-01 00:00:00\n+++ a.py\t2026-01-01 00:00:00\n@@ -1 +1 @@\n-a\n+b\n'),
    bytes: 100 * MB,
  },
  '500 MB of NULs': { part: Buffer.alloc(256 * 1024), bytes: 500 * MB },
};

if (process.send) await analyse(process.argv[2] ?? '');
else await runAll();

async function analyse(name: string): Promise<void> {
  const { part, bytes } = LOGS[name] ?? { part: Buffer.alloc(0), bytes: 0 };
  const startedAt = performance.now();
  await analyzeLog(repeated(part, bytes));
  const seconds = (performance.now() - startedAt) / 1000;
  const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  process.send?.({ seconds, peak });
  process.disconnect();
}

async function* repeated(part: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < bytes; sent += part.length) yield part;
}

async function runAll(): Promise<void> {
  let empty = 0;
  for (const [name, { bytes }] of Object.entries(LOGS)) {
    const child = fork(import.meta.filename, [name]);
    const [{ seconds, peak }] = (await once(child, 'message')) as [{ seconds: number; peak: number }];
    empty ||= peak;
    const speed = bytes / MB / seconds;
    const good = peak - empty < GROWTH_LIMIT_MB && (bytes === 0 || speed > SPEED_MIN);
    if (!good) process.exitCode = 1;
    process.stdout.write(
      `${good ? 'good' : 'BAD '}  ${name}: ${seconds.toFixed(1)} s, ${speed.toFixed(0)} MB/s, ${peak.toFixed(0)} MB of memory\n`,
    );
  }
}
