import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import type { DeadLetter } from '../../src/queue/types.ts';
import {
  DEAD_LETTER_QUEUE,
  type DeadLetterAnalysis,
  DeadLetterQueue,
  toDeadLetterMessage,
} from '../../src/worker/index.ts';
import { Bench, message, QUEUE } from './support.ts';

describe('DeadLetterQueue', () => {
  let bench: Bench;
  let dlq: DeadLetterQueue;

  beforeEach(() => {
    bench = new Bench();
    dlq = new DeadLetterQueue(bench.queues);
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  /** Has messages die one after the other. */
  async function bury(...ids: string[]): Promise<void> {
    for (const id of ids) {
      await bench.send(message(id));
      const leased = await bench.queues.getMessage(QUEUE);
      if (leased) await dlq.sendToDlq(leased.lease, new PermanentError('gone', `${id} is gone`));
    }
  }

  async function notes(): Promise<Record<string, string | undefined>> {
    return Object.fromEntries((await bench.letters()).map(({ id, annotation }) => [id, annotation]));
  }

  it('keeps the message, and the error with its type, text and stack', async () => {
    await bench.send(message('a', { payload: { of: 'a' }, correlationId: 'guid' }));
    const leased = await bench.queues.getMessage(QUEUE);
    if (!leased) throw new Error('no message');
    const error = new PermanentError('gone', 'it is gone');
    expect(await dlq.sendToDlq(leased.lease, error)).toBe('ok');
    expect(await dlq.sendToDlq(leased.lease, error)).toBe('lost');
    expect(await bench.letters()).toMatchObject([
      {
        id: 'a',
        queue: QUEUE,
        message: { id: 'a', payload: { of: 'a' }, correlationId: 'guid' },
        error: { type: 'gone', message: 'it is gone', stack: expect.stringContaining('dead-letters.test') },
        attempts: 1,
        failedAt: bench.clock.now(),
      },
    ]);
  });

  it('takes what is no error for one', async () => {
    await bench.send(message('a'));
    const leased = await bench.queues.getMessage(QUEUE);
    if (leased) await dlq.sendToDlq(leased.lease, 'just text');
    expect(await bench.letters()).toMatchObject([{ error: { type: 'unknown', message: 'just text' } }]);
  });

  it('shows each letter without a note to the analysis, oldest first, and keeps what it answers', async () => {
    await bury('a', 'b', 'c');
    const seen: string[] = [];
    const analyse: DeadLetterAnalysis = ({ id, error }) => {
      seen.push(`${id}: ${error.message}`);
      return id === 'b' ? null : Promise.resolve(`${id} was looked at`);
    };
    expect(await dlq.processDeadLetters(QUEUE, analyse)).toEqual({ seen: 3, annotated: 2, errors: [] });
    expect(seen).toEqual(['a: a is gone', 'b: b is gone', 'c: c is gone']);
    expect(await notes()).toEqual({ a: 'a was looked at', b: undefined, c: 'c was looked at' });
    // Only what has no note yet; and nothing was taken away.
    expect(await dlq.processDeadLetters(QUEUE, analyse)).toEqual({ seen: 1, annotated: 0, errors: [] });
    expect(await notes()).toHaveProperty('c');
  });

  it('goes on after an analysis that fails, and tells for which letter', async () => {
    await bury('a', 'b');
    const report = await dlq.processDeadLetters(QUEUE, ({ id }) => {
      if (id === 'a') throw 'no idea';
      return 'fine';
    });
    expect(report).toEqual({ seen: 2, annotated: 1, errors: [{ id: 'a', error: expect.any(Error) }] });
    expect(report.errors[0]?.error.message).toBe('no idea');
    expect(await notes()).toEqual({ a: undefined, b: 'fine' });
  });

  it('counts no note for a letter that is gone meanwhile', async () => {
    await bury('a');
    const report = await dlq.processDeadLetters(QUEUE, async () => {
      await dlq.discard(QUEUE);
      return 'too late';
    });
    expect(report).toEqual({ seen: 1, annotated: 0, errors: [] });
  });

  it('stops between two letters when it is told to', async () => {
    await bury('a', 'b', 'c');
    const controller = new AbortController();
    const report = await dlq.processDeadLetters(
      QUEUE,
      ({ id }) => {
        if (id === 'b') controller.abort();
        return 'seen';
      },
      { signal: controller.signal },
    );
    expect(report).toMatchObject({ seen: 2, annotated: 2 });
    expect(await notes()).toEqual({ a: 'seen', b: 'seen', c: undefined });
  });

  it('reads more letters than a page has', async () => {
    const ids = Array.from({ length: 120 }, (_, n) => `m${n}`);
    await bury(...ids);
    const read: string[] = [];
    for await (const { id } of dlq.letters(QUEUE)) read.push(id);
    expect(read).toEqual(ids);
    const none: DeadLetter[] = [];
    for await (const letter of dlq.letters('empty')) none.push(letter);
    expect(none).toEqual([]);
  });

  it('forgets what died before a time, however much it is, and nothing else', async () => {
    await bury(...Array.from({ length: 230 }, (_, n) => `old${n}`));
    await bench.clock.advance(1000);
    const before = bench.clock.now();
    await bury('new');
    expect(await dlq.purge(QUEUE, before)).toBe(230);
    expect(await notes()).toEqual({ new: undefined });
    expect(await dlq.purge(QUEUE, before)).toBe(0);
  });

  it('forgets in steps, and no more of them than it is let', async () => {
    await bury(...Array.from({ length: 230 }, (_, n) => `old${n}`));
    const controller = new AbortController();
    const steps: number[] = [];
    const { deadLetters } = bench.queues;
    const watched = new DeadLetterQueue({
      bury: bench.queues.bury.bind(bench.queues),
      deadLetters: {
        list: deadLetters.list.bind(deadLetters),
        get: deadLetters.get.bind(deadLetters),
        requeue: deadLetters.requeue.bind(deadLetters),
        annotate: deadLetters.annotate.bind(deadLetters),
        async discard(queue, options) {
          const removed = await deadLetters.discard(queue, options);
          steps.push(removed);
          if (steps.length === 2) controller.abort();
          return removed;
        },
      },
    });
    const { signal } = controller;
    expect(await watched.purge(QUEUE, Number.POSITIVE_INFINITY, { signal })).toBe(200);
    expect(steps).toEqual([100, 100]);
  });

  it('puts letters back, or removes them, when a person says so', async () => {
    await bury('a', 'b', 'c');
    expect(await dlq.requeue(QUEUE, { ids: ['b'] })).toBe(1);
    expect(await bench.queues.getMessage(QUEUE)).toMatchObject({ message: { id: 'b', retryCount: 0 } });
    expect(await dlq.discard(QUEUE, { ids: ['a'] })).toBe(1);
    expect(await notes()).toEqual({ c: undefined });
  });
});

describe('a dead letter as a message', () => {
  const letter: DeadLetter = {
    id: 'a',
    queue: QUEUE,
    message: message('a', { payload: { of: 'a' }, correlationId: 'guid' }),
    error: { type: 'gone', message: 'it is gone', stack: 'at a.ts' },
    failedAt: 7000,
    attempts: 2,
    annotation: 'seen',
  };

  it('tells everything, in the wire format', () => {
    expect(DEAD_LETTER_QUEUE).toBe('dead_letter_queue');
    expect(toDeadLetterMessage(letter)).toEqual({
      id: 'dlq_a',
      type: 'dead_letter',
      payload: {
        original_message: {
          id: 'a',
          type: 'greet',
          payload: { of: 'a' },
          priority: 0,
          retry_count: 0,
          max_retries: 3,
          timestamp: 0,
          schema_version: 1,
          correlation_id: 'guid',
        },
        original_queue: QUEUE,
        error: 'it is gone',
        error_type: 'gone',
        stack: 'at a.ts',
        failed_at: 7000,
        attempts: 2,
        annotation: 'seen',
      },
      priority: 0,
      retryCount: 0,
      maxRetries: 0,
      timestamp: 7000,
      schemaVersion: 1,
      correlationId: 'guid',
    });
  });

  it('has null for what there is not, and no correlation of its own', () => {
    const { annotation: _, ...bare } = letter;
    const made = toDeadLetterMessage({
      ...bare,
      message: message('a'),
      error: { type: 'gone', message: 'it is gone' },
    });
    expect(made.payload).toMatchObject({ stack: null, annotation: null });
    expect(made).not.toHaveProperty('correlationId');
  });
});
