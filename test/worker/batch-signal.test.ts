import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import {
  type BatchContext,
  type BatchOptions,
  type BatchResult,
  BatchWorker,
} from '../../src/worker/index.ts';
import { Bench, message } from './support.ts';

type Work = (messages: readonly WorkerMessage[], context: BatchContext) => Promise<readonly BatchResult[]>;

class Batches extends BatchWorker {
  readonly #work: Work;

  constructor(options: BatchOptions, work: Work) {
    super(options);
    this.#work = work;
  }

  protected override async processBatch(messages: readonly WorkerMessage[], context: BatchContext) {
    return await this.#work(messages, context);
  }
}

describe('a batch whose messages end one by one', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  /** Works on a batch of three. */
  async function start(work: Work): Promise<Batches> {
    const worker = bench.own(new Batches(bench.options({ batchSize: 3, timeoutMs: 1000 }), work));
    worker.start();
    await bench.send(...['a', 'b', 'c'].map((id) => message(id)));
    await bench.clock.advance(1);
    return worker;
  }

  /** Has the results come when they are told to; tells when the batch is aborted as a whole. */
  async function begin() {
    const aborted: string[] = [];
    const ends = new Map<string, (result: boolean) => void>();
    const worker = await start(async (messages, { signal }) => {
      signal.addEventListener('abort', () => aborted.push(signal.reason.code));
      return messages.map(({ id }) => new Promise((resolve) => ends.set(id, resolve)));
    });
    const end = async (...names: string[]) => {
      for (const id of names) ends.get(id)?.(true);
      await bench.clock.advance(0);
    };
    return { worker, aborted, end };
  }

  it('aborts as a whole when those that are left are aborted', async () => {
    const { aborted, end } = await begin();
    await end('a');
    await bench.clock.advance(1000);
    expect(aborted).toEqual(['timeout']);
  });

  it('aborts as a whole when the last that was not aborted ends', async () => {
    const { worker, aborted, end } = await begin();
    await end('a');
    worker.cancel('b');
    expect(aborted).toEqual([]);
    await end('c');
    expect(aborted).toEqual(['cancelled']);
  });

  it('aborts not at all when all end, also one that was aborted before', async () => {
    const { worker, aborted, end } = await begin();
    worker.cancel('b');
    await end('b');
    await end('a', 'c');
    await bench.clock.advance(2000);
    expect(aborted).toEqual([]);
  });

  it('is aborted for the reason of the last, wherever that stands', async () => {
    const { worker, aborted, end } = await begin();
    worker.cancel('c');
    await end('b');
    await bench.clock.advance(1000);
    expect(aborted).toEqual(['timeout']);
  });

  it.each([
    ['answers what is no promise', async () => [true, true, true]],
    ['throws', () => Promise.reject(new Error('all of it'))],
  ])('listens to none of them any more when it %s', async (_, work) => {
    let given: BatchContext | undefined;
    await start(async (__, context) => {
      given = context;
      return await work();
    });
    const signals = given?.contexts.map(({ signal }) => signal) ?? [];
    expect(signals.map((signal) => getEventListeners(signal, 'abort').length)).toEqual([0, 0, 0]);
    expect(given?.signal.aborted).toBe(false);
  });
});
