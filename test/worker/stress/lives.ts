import { expect } from 'vitest';
import { sleep } from '../../../src/clock.ts';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import type { BaseWorker, WorkerObserver } from '../../../src/worker/index.ts';
import { FixedDelay, type HandlerResult, snooze } from '../../../src/worker/index.ts';
import { message } from '../support.ts';
import type { Command, Task } from './commands.ts';
import type { Work } from './kinds.ts';
import type { Stage } from './stage.ts';

/** One run of a handler. */
interface Run {
  readonly signal: AbortSignal;
  over: boolean;
}

/** Messages of one queue, and the books that are kept of them. */
export class Ledger {
  readonly sent: string[] = [];
  readonly #runs = new Map<string, Run[]>();
  readonly #finished = new Set<string>();
  readonly #settled = new Map<string, number>();
  /** Kept for the end: what a handler or an observer throws is no failure of the test. */
  readonly #wrongs: string[] = [];
  readonly observer: WorkerObserver = {
    processed: (_, { id }) => void this.#settled.set(id, (this.#settled.get(id) ?? 0) + 1),
    dead: (_, { id }, reason) => void this.#wrongs.push(`${id} is dead: ${reason}`),
  };

  message({ ms, fate }: Task): WorkerMessage {
    const id = `m${this.sent.length}`;
    this.sent.push(id);
    return message(id, { payload: { ms, fate }, maxRetries: 1000 });
  }

  readonly work: Work = async ({ id, payload }, context): Promise<HandlerResult> => {
    const runs = this.#runs.get(id) ?? [];
    // Who works on it now was told to stop, or nobody does.
    if (runs.some(({ signal, over }) => !over && !signal.aborted))
      this.#wrongs.push(`${id} runs twice within its lease`);
    const run = { signal: context.signal, over: false };
    this.#runs.set(id, [...runs, run]);
    const first = runs.length === 0;
    const { ms, fate } = payload as unknown as Task;
    try {
      await sleep(context.clock, ms, fate === 'deaf' ? undefined : context.signal);
      if (!first || fate === 'done' || fate === 'deaf') {
        this.#finished.add(id);
        return true;
      }
      if (fate === 'throw') throw new Error('the first time it fails');
      return fate === 'snooze' ? snooze(30) : false;
    } finally {
      run.over = true;
    }
  };

  /** Each message that was sent has been done, and none was told so twice. */
  check(): void {
    expect(this.#wrongs).toEqual([]);
    expect(this.sent.filter((id) => !this.#finished.has(id))).toEqual([]);
    // Not told of is what was settled by the last exchange of a stop whose answer came too late.
    expect([...this.#settled].filter(([, times]) => times > 1)).toEqual([]);
  }
}

/** Options of a worker that is stressed. */
export function optionsOf({ clock, managers }: Stage, index: number, { observer }: Ledger) {
  const queues = managers[index];
  if (!queues) throw new Error(`there is no process ${index}`);
  const name = `w${index}`;
  const retryPolicy = new FixedDelay(40);
  return { name, queue: 'work', queues, clock, concurrency: 2, retryPolicy, observers: [observer] };
}

/** Does to two workers what the commands say, then lets them finish, and looks whether all is well. */
export async function live(
  stage: Stage,
  ledger: Ledger,
  workers: readonly BaseWorker[],
  commands: readonly Command[],
): Promise<void> {
  const stops: Promise<void>[] = [];
  for (const command of commands) await obey(stage, ledger, workers, command, stops);
  await settle(stage, Promise.all(stops));
  await settle(stage, Promise.all(workers.filter(({ state }) => state === 'quiet').map((it) => it.stop(0))));
  for (const worker of workers) worker.start();
  const [queues] = stage.managers;
  for (let turn = 0; turn < 400; turn++) {
    const { ready = 0, delayed = 0, inFlight = 0 } = (await queues?.getQueueStats('work')) ?? {};
    if (ready + delayed + inFlight === 0) break;
    await stage.advance(50);
  }
  // The queue knows that all is done before the workers have its answer.
  for (let turn = 0; turn < 5; turn++) await stage.advance(50);
  ledger.check();
  await settle(stage, Promise.all(workers.map((worker) => worker.stop(0))));
  expect(workers.map(({ state, inFlight }) => [state, inFlight])).toEqual(workers.map(() => ['stopped', 0]));
}

async function obey(
  stage: Stage,
  ledger: Ledger,
  workers: readonly BaseWorker[],
  command: Command,
  stops: Promise<void>[],
): Promise<void> {
  switch (command.kind) {
    case 'start': {
      const worker = workers[command.worker];
      if (worker?.state === 'quiet' || worker?.state === 'stopping') expect(() => worker.start()).toThrow();
      else worker?.start();
      return;
    }
    case 'quiet':
      workers[command.worker]?.quiet();
      return;
    case 'stop': {
      const stopped = workers[command.worker]?.stop(command.deadlineMs);
      if (stopped) stops.push(stopped);
      return;
    }
    case 'send': {
      const items = command.tasks.map((task) => ({ message: ledger.message(task) }));
      await stage.managers[0]?.sendMessages('work', items);
      return;
    }
    case 'advance':
      await stage.advance(command.ms);
  }
}

/** Moves the time on until something has come to pass. */
export async function settle(stage: Stage, done: Promise<unknown>): Promise<void> {
  let pending = true;
  void done.finally(() => {
    pending = false;
  });
  for (let turn = 0; turn < 400 && pending; turn++) await stage.advance(20);
  await done;
}
