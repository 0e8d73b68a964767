import { describe, expect, it, vi } from 'vitest';
import { CheckmendError, PermanentError, TransientError, ValidationError } from '../../src/errors.ts';
import { outcomeOfAbort, outcomeOfError, outcomeOfResult } from '../../src/worker/classify.ts';
import { AbortReason, dead, done, type Outcome, retry, snooze } from '../../src/worker/index.ts';

/** A retry as a comparable value. */
function told(outcome: Outcome) {
  const error = 'error' in outcome ? outcome.error : undefined;
  return { ...outcome, ...(error && { error: error.message }) };
}

describe('what a handler returned', () => {
  it('is done for true, a failure for false', () => {
    expect(outcomeOfResult(true)).toBe(done);
    expect(told(outcomeOfResult(false))).toEqual({ kind: 'retry', error: 'the handler answered false' });
  });

  it.each<Outcome>([
    { kind: 'done' },
    { kind: 'done', delayMs: -1 } as Outcome,
    { kind: 'retry' },
    { kind: 'retry', delayMs: 0 },
    { kind: 'retry', error: new Error('odd'), delayMs: 5 },
    { kind: 'snooze', delayMs: 0 },
    { kind: 'snooze', delayMs: 1.5, reason: 'later' },
    { kind: 'dead', reason: '' },
    { kind: 'dead', reason: 'no use', error: new Error('odd') },
  ])('is taken as it is where it is an outcome: %o', (outcome) => {
    expect(outcomeOfResult(outcome)).toBe(outcome);
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [1, 'number'],
    ['done', 'string'],
    [{}, 'object'],
    [{ kind: 'finished' }, 'object'],
    [{ kind: 'retry', delayMs: -1 }, 'object'],
    [{ kind: 'retry', delayMs: '5' }, 'object'],
    [{ kind: 'retry', delayMs: Number.POSITIVE_INFINITY }, 'object'],
    [{ kind: 'snooze' }, 'object'],
    [{ kind: 'snooze', delayMs: Number.NaN }, 'object'],
    [{ kind: 'dead' }, 'object'],
    [{ kind: 'dead', reason: 7 }, 'object'],
    [{ kind: 'done', error: 'odd' }, 'object'],
    [{ kind: 'dead', reason: 'no use', error: 'odd' }, 'object'],
  ])('is a failure, never a success, for anything else: %o', (result, type) => {
    expect(told(outcomeOfResult(result))).toEqual({
      kind: 'retry',
      error: `the handler answered no outcome, but ${type}`,
    });
  });
});

describe('what a handler threw', () => {
  const delay = vi.fn(() => 7000);

  it('is a snooze for what is the fault of the other side as a whole, for as long as it asked', () => {
    const limited = new TransientError('rate_limited', 'slow down', { retryAfterMs: 1 });
    expect(outcomeOfError(limited, delay)).toEqual(snooze(1, 'slow down'));
    expect(delay).not.toHaveBeenCalled();
    expect(outcomeOfError(new TransientError('network', 'reset'), delay)).toEqual(snooze(7000, 'reset'));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'is a snooze by the back-off where %d ms were asked for',
    (retryAfterMs) => {
      const limited = new TransientError('rate_limited', 'slow down', { retryAfterMs });
      expect(outcomeOfError(limited, delay)).toEqual(snooze(7000, 'slow down'));
    },
  );

  it.each([
    ['a permanent error', new PermanentError('gone', 'it is gone'), 'it is gone'],
    ['invalid input', new ValidationError('payload.id', 'no id'), 'payload.id: no id'],
    ['a programming error', new TypeError('x is not a function'), 'TypeError: x is not a function'],
    ['another one', new RangeError('out of it'), 'RangeError: out of it'],
    ['one of the system', Object.assign(new TypeError('bad port'), { code: 'ERR_PORT' }), 'bad port'],
  ])('is the end for %s', (_, error, reason) => {
    expect(outcomeOfError(error, delay)).toEqual(dead(reason, error));
  });

  it.each([
    ['any other error', new Error('odd')],
    ['an error of its own code', new CheckmendError('odd', 'again')],
    ['what fetch makes of the network', new TypeError('fetch failed', { cause: new Error('reset') })],
  ])('is a retry for %s', (_, error) => {
    expect(outcomeOfError(error, delay)).toEqual(retry(error));
  });

  it('is a retry for what is no error', () => {
    expect(told(outcomeOfError('odd', delay))).toEqual({ kind: 'retry', error: 'odd' });
  });
});

describe('an aborted handler', () => {
  it('is dead when it was cancelled', () => {
    const outcome = outcomeOfAbort(new AbortReason('cancelled'), new Error('stopped'));
    expect(outcome).toMatchObject({ kind: 'dead', reason: 'cancelled', error: { code: 'cancelled' } });
  });

  it('has taken too long otherwise, with what it threw as the cause', () => {
    const thrown = new Error('stopped');
    const outcome = outcomeOfAbort(new AbortReason('timeout'), thrown);
    expect(outcome).toMatchObject({
      kind: 'retry',
      error: { code: 'timeout', message: 'the handler took too long', cause: thrown },
    });
    const { error } = outcomeOfAbort(new AbortReason('timeout')) as { error: Error };
    expect(error).not.toHaveProperty('cause');
  });

  it('has a reason with a name and its code as its text', () => {
    expect(new AbortReason('shutdown')).toMatchObject({
      name: 'AbortReason',
      code: 'shutdown',
      message: 'shutdown',
    });
  });
});

describe('outcomes', () => {
  it('carry only what they were given', () => {
    const error = new Error('odd');
    expect(done).toStrictEqual({ kind: 'done' });
    expect(Object.isFrozen(done)).toBe(true);
    expect(retry()).toStrictEqual({ kind: 'retry' });
    expect(retry(error, 0)).toStrictEqual({ kind: 'retry', error, delayMs: 0 });
    expect(dead('no use')).toStrictEqual({ kind: 'dead', reason: 'no use' });
    expect(dead('no use', error)).toStrictEqual({ kind: 'dead', reason: 'no use', error });
    expect(snooze(5)).toStrictEqual({ kind: 'snooze', delayMs: 5 });
    expect(snooze(5, '')).toStrictEqual({ kind: 'snooze', delayMs: 5, reason: '' });
  });
});
