import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckmendError, PermanentError, TransientError, ValidationError } from '../../src/errors.ts';
import {
  ExponentialBackoff,
  retry,
  snooze,
  TransientBackoff,
  type WorkerObserver,
} from '../../src/worker/index.ts';
import { Bench, message, QUEUE } from './support.ts';

function fail(): never {
  throw new CheckmendError('odd', 'again');
}

/** What a handler answers or throws, and what becomes of its message. */
describe('the outcome of a message', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(() => bench[Symbol.asyncDispose]());

  async function handle(answer: () => unknown): Promise<number> {
    let calls = 0;
    const retryPolicy = new ExponentialBackoff({ random: () => 0.999_999 });
    const worker = bench.worker({ retryPolicy, waitMs: 60_000 });
    worker.registerHandler('greet', () => {
      calls += 1;
      return answer() as boolean;
    });
    await bench.send(message('a'));
    worker.start();
    await bench.clock.advance(1);
    return calls;
  }

  const stats = () => bench.queues.getQueueStats(QUEUE);

  it.each([[true], [{ kind: 'done' }]])('%j: it is gone', async (answer) => {
    await handle(() => answer);
    expect(await stats()).toMatchObject({ ready: 0, delayed: 0, inFlight: 0, dead: 0 });
  });

  it.each([
    ['false', () => false],
    ['a retry', () => retry(new Error('again'))],
    ['a rejection', () => Promise.reject(new CheckmendError('odd', 'again'))],
    ['a throw', fail],
    [
      'a promise that throws where it is waited for',
      () => Object.defineProperty(Promise.resolve(true), 'constructor', { get: fail }),
    ],
    ['nothing', () => undefined],
    ['an unknown outcome', () => ({ kind: 'finished' })],
    ['an outcome with a delay that is none', () => ({ kind: 'snooze', delayMs: Number.NaN })],
    ['an outcome of another shape', () => ({ kind: 'dead' })],
  ])('%s: it comes again after the delay of the policy, and an attempt is counted', async (_, answer) => {
    await handle(answer);
    expect(await stats()).toMatchObject({ delayed: 1, dead: 0 });
    await bench.clock.advance(59_000);
    expect(await stats()).toMatchObject({ delayed: 1 });
    await bench.clock.advance(2000);
    // The second delay is twice the first.
    await bench.clock.advance(119_000);
    expect(await stats()).toMatchObject({ delayed: 1 });
    await bench.clock.advance(7_200_000);
    const [letter] = await bench.letters();
    expect(letter).toMatchObject({ id: 'a', attempts: 4, message: { retryCount: expect.any(Number) } });
  });

  it('a delay of its own comes before the policy', async () => {
    let calls = 0;
    await handle(() => (++calls === 1 ? retry(undefined, 500) : true));
    await bench.clock.advance(501);
    expect([calls, await stats()]).toMatchObject([2, { delayed: 0, dead: 0 }]);
  });

  it.each([
    ['dead', () => ({ kind: 'dead', reason: 'no use' }), 'dead', 'no use'],
    [
      'a permanent error',
      () => Promise.reject(new PermanentError('gone', 'it is gone')),
      'gone',
      'it is gone',
    ],
    [
      'an invalid input',
      () => Promise.reject(new ValidationError('a.b', 'is odd')),
      'invalid',
      'a.b: is odd',
    ],
    [
      'a programming error',
      () => Promise.reject(new TypeError('x is undefined')),
      'TypeError',
      'TypeError: x is undefined',
    ],
  ])('%s: it is a dead letter at once', async (_, answer, type, text) => {
    expect(await handle(answer)).toBe(1);
    const [letter] = await bench.letters();
    expect(letter).toMatchObject({ id: 'a', attempts: 1, error: { type, message: text } });
  });

  it('a snooze burns no attempt, however often', async () => {
    let calls = 0;
    await handle(() => (++calls < 20 ? snooze(1000) : true));
    await bench.clock.advance(30_000);
    expect([calls, await stats(), await bench.letters()]).toMatchObject([20, { delayed: 0 }, []]);
  });

  it('a transient error snoozes for as long as it asks', async () => {
    let calls = 0;
    await handle(() => {
      if (++calls === 1) throw new TransientError('rate_limited', 'later', { retryAfterMs: 90_000 });
      return true;
    });
    await bench.clock.advance(89_000);
    expect(calls).toBe(1);
    await bench.clock.advance(2000);
    expect(calls).toBe(2);
  });

  it('transient errors of one installation wait longer and longer, and leave the others alone', async () => {
    const calls: string[] = [];
    const worker = bench.worker({ waitMs: 60_000 });
    worker.registerHandler('greet', ({ payload }) => {
      const { installation_id: tenant } = payload as { installation_id: string };
      calls.push(tenant);
      if (tenant === 'bad') throw new TransientError('unavailable', 'down');
      return true;
    });
    worker.start();
    await bench.send(message('a', { payload: { installation_id: 'bad' } }));
    await bench.clock.advance(3_600_000);
    const tries = calls.length;
    // From 5 s doubling to 300 s: a dozen in an hour for each quarter of it, not hundreds.
    expect(tries).toBeGreaterThan(12);
    expect(tries).toBeLessThan(40);
    await bench.send(message('b', { payload: { installation_id: 'good' } }));
    await bench.clock.advance(1);
    expect(calls.at(-1)).toBe('good');
    expect(await bench.letters()).toEqual([]);
  });

  it('transient errors begin anew after a success, and are apart for each installation', async () => {
    const delays: [string, number][] = [];
    const down = new Set(['bad', 'none']);
    let failing = false;
    const observers: WorkerObserver[] = [
      {
        failed(_, { payload }, outcome) {
          if (outcome.kind === 'snooze') delays.push([String(payload.installation_id), outcome.delayMs]);
        },
      },
    ];
    const transientBackoff = new TransientBackoff({ random: () => 1 });
    const worker = bench.worker({ observers, transientBackoff }).registerHandler('greet', ({ payload }) => {
      const { installation_id: tenant } = payload as { installation_id: unknown };
      if (failing) return false;
      if (down.has(String(tenant))) throw new TransientError('unavailable', 'down');
      return true;
    });
    worker.start();
    const send = async (id: string, installation_id: string | number) => {
      await bench.send(message(id, { payload: { installation_id } }));
      await bench.clock.advance(1);
    };
    await send('a', 'bad');
    await bench.clock.advance(5000);
    await send('b', 'none');
    expect(delays).toEqual([
      ['bad', 5000],
      ['bad', 10_000],
      ['none', 5000],
    ]);
    down.clear();
    await send('c', 'bad');
    down.add('bad').add('7').add('8');
    await send('d', 'bad');
    // What is no id of an installation is nobody's: those share one.
    await send('e', 7);
    await send('f', 8);
    // A failure of its own is no success of the other side.
    failing = true;
    await send('g', 'bad');
    failing = false;
    await send('h', 'bad');
    expect(delays.slice(3)).toEqual([
      ['bad', 5000],
      ['7', 5000],
      ['8', 10_000],
      ['bad', 10_000],
    ]);
  });

  it('a message of an unknown type is a dead letter, not a circle', async () => {
    const worker = bench.worker();
    worker.start();
    await bench.send(message('a', { type: 'unheard_of' }));
    await bench.clock.advance(1);
    expect(await bench.letters()).toMatchObject([
      { id: 'a', error: { message: 'no handler for message type unheard_of' } },
    ]);
  });
});
