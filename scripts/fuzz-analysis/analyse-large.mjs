/** Analyses one large log, which its parent describes, with the compiled code, and says what that took. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const dist = new URL('../../dist/src/', import.meta.url);
const { analyzeLog } = await import(new URL('analysis/analyze.js', dist).href);

const [{ text, bytes }] = await once(process, 'message');
const part = Buffer.from(text, 'latin1');
const startedAt = process.cpuUsage();
await analyzeLog(repeated());
const { user, system } = process.cpuUsage(startedAt);
const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
process.send?.({ seconds: (user + system) / 1e6, peak });
process.disconnect();

async function* repeated() {
  for (let sent = 0; sent < bytes; sent += part.length) yield part;
}
