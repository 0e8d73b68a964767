import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MemoryQueueManager, type MemoryQueues } from '../../../src/queue/memory.ts';
import { randomNumbers } from '../../../src/recording/plan.ts';
import { type Fact, LEASE_MS } from './facts.ts';
import type { SoakTarget } from './target.ts';
import { SoakWorker } from './worker.ts';

const PROGRAM = fileURLToPath(new URL('./worker-process.ts', import.meta.url));

/** A worker and what can be done to it. */
export interface Member {
  /** Ends at once, as a crash does. */
  kill(): Promise<void>;
  /** Gives everything back first. */
  close(): Promise<void>;
  /** Absent where the worker is no process of its own. */
  readonly signal?: (signal: 'SIGSTOP' | 'SIGCONT') => void;
}

/** Starts a worker in a process of its own. */
export function startProcess(target: SoakTarget, seed: number, report: (fact: Fact) => void): Member {
  const child = fork(PROGRAM, [JSON.stringify({ target, seed })], { execArgv: [] });
  const exited = once(child, 'exit');
  child.on('message', (fact: Fact) => report(fact));
  // A process that is told to close while it ends.
  child.on('error', () => undefined);
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async close() {
      if (child.connected) child.send('close');
      await exited;
    },
    signal: (signal) => void child.kill(signal),
  };
}

/** Starts a worker of this process. */
export function startInProcess(queues: MemoryQueues, seed: number, report: (fact: Fact) => void): Member {
  const manager = new MemoryQueueManager({ queues, leaseMs: LEASE_MS });
  let dead = false;
  const reportAlive = async (fact: Fact) => {
    if (!dead) report(fact);
  };
  const worker = new SoakWorker(manager, randomNumbers(seed), reportAlive, false);
  const running = worker.run();
  return {
    async kill() {
      dead = true;
      await manager.abandon();
      await worker.close();
      await running;
    },
    async close() {
      await worker.close();
      await running;
    },
  };
}
