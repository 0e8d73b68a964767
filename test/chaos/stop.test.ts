import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const IN_FLIGHT = 200;
const WAITING = 100;

/** A process with 200 messages in the hands of handlers that never end, and 100 behind them. */
describe('a process that is told to stop under load', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;
  let child: ChildProcess;

  beforeEach(async () => {
    folder = temporaryFolder();
    file = path.join(folder.path, 'queue.db');
    const queues = await SqliteQueueManager.open(file);
    const items = Array.from({ length: IN_FLIGHT + WAITING }, (_, n) => ({
      message: {
        id: `m${n}`,
        type: 'hold',
        payload: {},
        priority: 0,
        retryCount: 0,
        maxRetries: 0,
        timestamp: 0,
      },
    }));
    const sent = await queues.sendMessages('work', items);
    expect(sent.every(({ status }) => status === 'queued')).toBe(true);
    await queues.close();
  });

  afterEach(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    folder[Symbol.dispose]();
  });

  /** Resolves once all handlers run. */
  async function load(deadlineMs: number): Promise<void> {
    const program = path.join(import.meta.dirname, 'stop-process.ts');
    const args = [program, file, String(IN_FLIGHT), String(deadlineMs)];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout) await once(child.stdout, 'data');
  }

  it('ends at the deadline, and gives everything back with its attempts unburned', async () => {
    await load(1000);
    const startedAt = performance.now();
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    // A bound against a stop that waits for leases (30 s) or handlers (for ever), not a measurement.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    const queues = await SqliteQueueManager.open(file);
    expect(await queues.getQueueStats('work')).toMatchObject({
      ready: IN_FLIGHT + WAITING,
      delayed: 0,
      inFlight: 0,
      dead: 0,
    });
    // With no attempt to spare, a burned one would have made a dead letter; and the order is kept.
    const { messages } = await queues.exchange('work', { want: 200 });
    expect(messages.map(({ message }) => message.id)).toEqual(Array.from({ length: 200 }, (_, n) => `m${n}`));
    expect(messages.every(({ message }) => message.retryCount === 0)).toBe(true);
    await queues.close();
  });

  it('ends at once at a second signal', async () => {
    await load(60_000);
    child.kill('SIGTERM');
    // The first signal has arrived when the worker no longer takes anything; a second one that comes too early is
    // the same signal to the kernel, so it is sent until the process is gone.
    const timer = setInterval(() => child.kill('SIGTERM'), 50);
    const [code] = await once(child, 'close');
    clearInterval(timer);
    expect(code).toBe(143);
  });
});
