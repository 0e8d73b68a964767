import { Worker } from 'node:worker_threads';
import { siblingModule } from '../sibling-module.ts';
import { DatabaseError, fromPlainError } from './errors.ts';
import type { ThreadMessage, WriterCommand, WriterData, WriterReply, WriterRequest } from './protocol.ts';

interface Pending {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Requests that are enough to begin with: the thread works on them while the turn of the event loop goes on. */
const ENOUGH = 24;

/**
 * The main thread's end of a writer thread. Keeps the process alive only while something is asked of it.
 *
 * A thread that ends by itself takes the process along, as an uncaught `DatabaseError`: nobody could settle a message or
 * keep a lease any more. What was committed is in the file, and the next start finds it.
 */
export class WriterClient {
  readonly #worker: Worker;
  readonly #ready: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<(data: unknown) => void>>();
  #outbox: WriterRequest[] = [];
  #collectors: (() => void)[] = [];
  #flushing = false;
  #sequence = 0;
  #ended: DatabaseError | undefined;
  #isReady = false;
  #isClosing = false;

  constructor(data: WriterData) {
    this.#worker = new Worker(siblingModule(import.meta.url, './writer-thread'), { workerData: data });
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'ready') this.#begin(resolve);
        else if (message.kind === 'failed') reject(fromPlainError(message.error));
        else if (message.kind === 'replies') this.#settle(message.replies);
        else for (const listener of this.#listeners.get(message.name) ?? []) listener(message.data);
      });
      const end = (cause?: unknown) => {
        const error = new DatabaseError('closed', 'the writer thread has ended', { cause });
        reject(error);
        this.#end(error);
      };
      this.#worker.on('error', end);
      this.#worker.on('exit', () => end());
    });
  }

  /** Resolves when the file is open, or rejects with why it cannot be. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** True once the thread has ended: nothing can be asked of it any more. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Asks the thread for something; requests of the same turn of the event loop travel together, by the {@link ENOUGH}. */
  request(body: WriterCommand): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#sequence;
    this.#scheduleFlush();
    this.#outbox.push({ id, ...body });
    if (this.#pending.size === 0) this.#worker.ref();
    const reply = new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    if (this.#outbox.length >= ENOUGH) this.#flush();
    return reply;
  }

  /** Calls `collect` once, at the latest at the end of this turn: what it asks for travels with the turn's other requests. */
  atTurnEnd(collect: () => void): void {
    this.#scheduleFlush();
    this.#collectors.push(collect);
  }

  on(name: string, listener: (data: unknown) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Closes the connection after everything asked before; resolves when the thread is gone. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const exit = new Promise((resolve) => this.#worker.once('exit', resolve));
    if (!this.#ended) await this.request({ kind: 'close' }).catch(() => {});
    if (!this.#ended) {
      this.#worker.ref();
      await exit;
    }
  }

  #scheduleFlush(): void {
    if (!this.#flushing) setImmediate(() => this.#flush());
    this.#flushing = true;
  }

  #flush(): void {
    for (const collect of this.#collectors.splice(0)) collect();
    this.#flushing = false;
    const requests = this.#outbox;
    this.#outbox = [];
    if (this.#ended || requests.length === 0) return;
    try {
      this.#worker.postMessage(requests);
    } catch {
      for (const request of requests) this.#post(request);
    }
  }

  /** One that cannot be cloned fails by itself. */
  #post(request: WriterRequest): void {
    try {
      this.#worker.postMessage([request]);
    } catch (thrown) {
      const error = new DatabaseError('sql', 'a request that cannot be sent to the thread', {
        cause: thrown,
      });
      this.#pending.get(request.id)?.reject(error);
      this.#pending.delete(request.id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #settle(replies: readonly WriterReply[]): void {
    for (const reply of replies) {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if (reply.ok) pending?.resolve(reply.value);
      else pending?.reject(fromPlainError(reply.error));
    }
    if (this.#pending.size === 0) this.#worker.unref();
  }

  #begin(resolve: () => void): void {
    this.#isReady = true;
    this.#worker.unref();
    resolve();
  }

  #end(error: DatabaseError): void {
    if (this.#ended) return;
    this.#ended = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    if (this.#isReady && !this.#isClosing) throw error;
  }
}
