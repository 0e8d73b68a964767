import { describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import { createLogger } from '../../src/logger.ts';
import { AbortReason, dead, done, type RetryPolicy, retry, snooze } from '../../src/worker/index.ts';
import { failureInfo, verdictOf } from '../../src/worker/settlement.ts';

const DAYS_30_MS = 30 * 86_400_000;
const odd = new Error('odd');

describe('what the queue is told about', () => {
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });

  function verdict(outcome: Parameters<typeof verdictOf>[0], attempt = 1, changes: object = {}) {
    const retryPolicy: RetryPolicy = { delayMs: () => 5000 };
    return verdictOf(outcome, { maxRetries: 3 }, attempt, {
      retryPolicy,
      deadLetters: true,
      logger,
      ...changes,
    });
  }

  it('a message that is done', () => {
    expect(verdict(done)).toEqual({ fate: 'done', lease: { kind: 'done' } });
  });

  it.each([
    [0, 0],
    [1.2, 2],
    [-5, 0],
    [DAYS_30_MS, DAYS_30_MS],
    [DAYS_30_MS + 1, DAYS_30_MS],
  ])('a snooze of %d ms', (asked, delayMs) => {
    expect(verdict(snooze(asked))).toEqual({ fate: 'snoozed', lease: { kind: 'snooze', delayMs } });
  });

  it('one that is dead: its reason in the words of the outcome, and what is known of the error', () => {
    const error = { type: 'dead', message: 'no use' };
    expect(verdict(dead('no use'))).toEqual({ fate: 'dead', lease: { kind: 'dead', error }, error });
    expect(verdict(dead('no use', new PermanentError('gone', 'it is gone')))).toMatchObject({
      fate: 'dead',
      error: { type: 'gone', message: 'no use', stack: expect.stringContaining('it is gone') },
    });
  });

  it('a failure: the delay of the outcome, else of the policy', () => {
    const error = { type: 'failed', message: 'the attempt failed' };
    const retried = (delayMs: number) => ({
      fate: 'retried',
      lease: { kind: 'retry', delayMs, error },
      error,
    });
    expect(verdict(retry())).toEqual(retried(5000));
    expect(verdict(retry(undefined, 0))).toEqual(retried(0));
    expect(verdict(retry(odd))).toMatchObject({ fate: 'retried', error: { type: 'Error', message: 'odd' } });
  });

  it('the last failure: the queue makes a dead letter of it by itself', () => {
    expect(verdict(retry(odd), 3)).toMatchObject({ fate: 'retried' });
    expect(verdict(retry(odd, 9000), 4)).toMatchObject({
      fate: 'dead',
      lease: { kind: 'retry', delayMs: 0, error: { message: 'odd' } },
    });
  });

  it('a failure that the policy gives up', () => {
    const asked: unknown[] = [];
    const retryPolicy: RetryPolicy = {
      delayMs: () => 0,
      shouldRetry: (...args) => asked.push(args) < 1,
    };
    expect(verdict(retry(odd), 2, { retryPolicy })).toMatchObject({
      fate: 'dead',
      lease: { kind: 'dead', error: { message: 'odd' } },
    });
    expect(asked).toEqual([[2, odd]]);
  });

  it('what would be a dead letter, in a worker that has none: it is done with', () => {
    const none = { deadLetters: false };
    const dropped = { fate: 'dropped', lease: { kind: 'done' } };
    expect(verdict(dead('no use'), 1, none)).toMatchObject(dropped);
    expect(verdict(retry(odd), 4, none)).toMatchObject({ ...dropped, error: { message: 'odd' } });
    const retryPolicy: RetryPolicy = { delayMs: () => 0, shouldRetry: () => false };
    expect(verdict(retry(odd), 1, { ...none, retryPolicy })).toMatchObject(dropped);
    expect(verdict(retry(odd), 1, none)).toMatchObject({ fate: 'retried' });
  });

  it('a failure whose policy fails: a retry in a minute, and a line in the log', () => {
    const broken = () => {
      throw new Error('no idea');
    };
    lines.length = 0;
    const retryPolicy: RetryPolicy = { delayMs: broken, shouldRetry: broken };
    expect(verdict(retry(odd), 1, { retryPolicy })).toMatchObject({
      fate: 'retried',
      lease: { delayMs: 60_000 },
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 50, err: { message: 'no idea' } },
      { level: 50, err: { message: 'no idea' } },
    ]);
  });

  it('an error that cannot be read: the attempt, and no more', () => {
    const hostile = new Error('odd');
    Object.defineProperty(hostile, 'message', {
      get: () => {
        throw new TypeError('not for you');
      },
    });
    lines.length = 0;
    expect(verdict(retry(hostile))).toEqual({
      fate: 'retried',
      lease: {
        kind: 'retry',
        delayMs: 60_000,
        error: expect.objectContaining({ type: 'unreadable_outcome' }),
      },
      error: expect.objectContaining({ type: 'unreadable_outcome' }),
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ err: { message: 'not for you' } }]);
  });

  it.each([[Number.NaN], ['5'], [undefined]])('a failure whose policy answers %o: a minute', (answer) => {
    const retryPolicy = { delayMs: () => answer as number };
    expect(verdict(retry(odd), 1, { retryPolicy })).toMatchObject({ lease: { delayMs: 60_000 } });
  });
});

describe('an error as the queue keeps it', () => {
  it('has the code of those that have one of ours, else the name of its class', () => {
    expect(failureInfo(new PermanentError('gone', 'it is gone')).type).toBe('gone');
    expect(failureInfo(new AbortReason('timeout', 'too long'))).toMatchObject({
      type: 'timeout',
      message: 'too long',
    });
    expect(failureInfo(Object.assign(new TypeError('odd'), { code: 'ERR' })).type).toBe('TypeError');
  });

  it('has a stack of bounded length, or none', () => {
    const long = Object.assign(new Error('odd'), { stack: 'x'.repeat(9000) });
    expect(failureInfo(long).stack).toBe('x'.repeat(8000));
    const bare = new Error('odd');
    for (const stack of [undefined, null, 7]) {
      expect(failureInfo(Object.assign(bare, { stack }) as Error)).toStrictEqual({
        type: 'Error',
        message: 'odd',
      });
    }
  });
});
