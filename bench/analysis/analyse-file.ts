import { readFileSync } from 'node:fs';
import { analyzeLog } from '../../src/analysis/analyze.ts';
import { readParts } from '../../src/cli/log-file.ts';

const startedAt = performance.now();
await analyzeLog(readParts(process.argv[2] ?? ''));
const ms = performance.now() - startedAt;
// Not getrusage: its figure begins with that of the process that started this one.
const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(JSON.stringify({ bytes: kilobytes * 1024, ms }));
