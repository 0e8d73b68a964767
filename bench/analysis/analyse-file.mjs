/**
 * Reads a file as `checkmend analyze` does, with the compiled code that is published, and says what that took. Plain
 * JavaScript: loading TypeScript takes memory of its own.
 */
import { readFileSync } from 'node:fs';

const dist = new URL('../../dist/src/', import.meta.url);
const { analyzeLog } = await import(new URL('analysis/analyze.js', dist).href);
const { readParts } = await import(new URL('cli/log-file.js', dist).href);

const startedAt = process.cpuUsage();
await analyzeLog(readParts(process.argv[2] ?? ''));
const { user, system } = process.cpuUsage(startedAt);
const ms = (user + system) / 1000;
// Not getrusage: its figure begins with that of the process that started this one.
const kilobytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(JSON.stringify({ bytes: kilobytes * 1024, ms }));
