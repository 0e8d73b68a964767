import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { Socket } from 'node:net';

/** How many there are of each kind of thing that its owner must close. */
export type Census = ReadonlyMap<string, number>;

/** One that measures nothing is listed until it is collected; it keeps no process alive. */
const HARMLESS = new Set(['IntervalHistogram']);
const OPEN_FILES = '/proc/self/fd';

/** Threads and children that were started since {@link watchStarts}, also those that let the process end. */
const started = new Set<string>();

/** Has threads and child processes counted from now on. */
export function watchStarts(): void {
  process.on('worker', (worker) => follow(`worker thread ${worker.threadId}`, worker));
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess };
    // Its pid and command are known a moment later.
    queueMicrotask(() => child.pid && follow(`child process ${child.pid} (${child.spawnfile})`, child));
  });
}

function follow(name: string, it: { once(event: 'exit', listener: () => void): unknown }): void {
  started.add(name);
  it.once('exit', () => started.delete(name));
}

/** What this process has open: handles and timers, listeners to the process, threads, children and files. */
export function census(): Census {
  const counts = new Map<string, number>();
  const add = (name: string, count = 1) => counts.set(name, (counts.get(name) ?? 0) + count);
  for (const kind of process.getActiveResourcesInfo()) if (!HARMLESS.has(kind)) add(kind);
  for (const event of process.eventNames()) add(`on ${String(event)}`, process.listenerCount(event));
  for (const name of [...started, ...openFiles()]) add(name);
  const sockets = counts.get('TCPSocketWrap');
  if (sockets !== undefined) counts.set('TCPSocketWrap', sockets - destroyedSockets());
  return counts;
}

/** Sockets that are listed though they are closed: those of requests that nock answers never had a descriptor. */
function destroyedSockets(): number {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] };
  return handles().filter((handle) => handle instanceof Socket && handle.destroyed).length;
}

/** Files that are open, such as databases, where the system tells (Linux). */
function openFiles(): string[] {
  if (!existsSync(OPEN_FILES)) return [];
  return readdirSync(OPEN_FILES).flatMap((descriptor) => {
    try {
      const target = readlinkSync(`${OPEN_FILES}/${descriptor}`);
      return /^\/(?!dev\/|proc\/|.*\/node_modules\/)/.test(target) ? [`open file ${target}`] : [];
    } catch {
      // The one that the directory itself was read with is gone.
      return [];
    }
  });
}

/** What is more than it was, one line each. */
export function leaksSince(before: Census, after: Census = census()): string[] {
  return [...after]
    .filter(([name, count]) => count > (before.get(name) ?? 0))
    .map(([name, count]) => `${name}: ${count}, ${before.get(name) ?? 0} before`);
}
