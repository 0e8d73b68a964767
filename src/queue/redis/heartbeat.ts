import { Worker } from 'node:worker_threads';
import { siblingModule } from '../../sibling-module.ts';
import {
  HeartbeatBoard,
  type HeartbeatNews,
  type HeartbeatSetup,
  type SessionsChanged,
} from './heartbeat-protocol.ts';

/** The manager's end of the heartbeat thread, which starts with the first lease. */
export class Heartbeat {
  readonly board = new HeartbeatBoard();
  readonly #setup: HeartbeatSetup;
  readonly #listeners: ((news: HeartbeatNews) => void)[] = [];
  readonly #last = new Map<number, SessionsChanged>();
  #thread: Worker | undefined;
  #closed = false;

  constructor(setup: Omit<HeartbeatSetup, 'board'>) {
    this.#setup = { ...setup, board: this.board.buffer };
  }

  /** A place on the board for a queue, of which it has `QUEUES_MAX`. @param onNews called with what the thread learns about it */
  register(onNews: (news: HeartbeatNews) => void): number {
    return this.#listeners.push(onNews) - 1;
  }

  /** Tells the thread which sessions to keep alive. */
  update(change: SessionsChanged): void {
    this.#last.set(change.index, change);
    if (this.#closed) return;
    if (this.#thread) this.#thread.postMessage(change);
    else if (change.sessions.length > 0) this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread?.terminate();
    this.#thread = undefined;
  }

  #start(): void {
    const url = siblingModule(import.meta.url, './heartbeat-thread');
    const thread = new Worker(url, { workerData: this.#setup, name: 'checkmend-heartbeat' });
    this.#thread = thread;
    thread.unref();
    thread.on('message', (news: HeartbeatNews) => this.#listeners[news.index]?.(news));
    thread.on('error', () => {
      // The manager renews by itself until the next change of a session starts a new thread.
      if (this.#thread === thread) this.#thread = undefined;
    });
    for (const change of this.#last.values()) thread.postMessage(change);
  }
}
