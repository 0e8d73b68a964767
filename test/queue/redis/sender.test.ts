import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Envelope, toEnvelope } from '../../../src/queue/envelope.ts';
import { resolveQueueOptions } from '../../../src/queue/options.ts';
import { Sender } from '../../../src/queue/redis/sender.ts';
import { makeMessage } from '../../support/redis/shared.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the sends of a queue', () => {
  /** Calls that are not answered yet: the ids of each, and what answers it. */
  let calls: { ids: string[]; answer: (letters?: string) => void; fail: (error: Error) => void }[];
  let sender: Sender;

  beforeEach(() => {
    calls = [];
    sender = new Sender((_mark, args) => {
      const ids = args.filter((_argument, i) => i % 3 === 0);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      calls.push({ ids, answer: (letters = 'q'.repeat(ids.length)) => resolve(letters), fail: reject });
      return promise;
    });
  });

  function envelope(id: string, text = ''): Envelope {
    return toEnvelope({ message: makeMessage(id, { payload: { text } }) }, resolveQueueOptions());
  }

  /** Sends one by itself. */
  async function one(sent: Envelope) {
    const [outcome] = await sender.send([sent]);
    return outcome;
  }

  function send(count: number, text = '') {
    return Array.from({ length: count }, (_, n) => one(envelope(`m${n}`, text)));
  }

  it('of one turn are few: one call', async () => {
    const sent = send(15);
    await turn();
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([15]);
    calls[0]?.answer();
    expect(await Promise.all(sent)).toEqual(Array(15).fill({ status: 'queued' }));
  });

  it('go in halves where nothing is under way, and stay two calls apart', async () => {
    send(50);
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([25]);
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([25, 25]);
    expect(calls.flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 50 }, (_, n) => `m${n}`));
    calls[0]?.answer();
    await turn();
    send(25);
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([25, 25, 25]);
  });

  it('go at once by two hundred, before the turn has ended', async () => {
    send(450);
    expect(calls.map(({ ids }) => ids.length)).toEqual([200, 200]);
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([200, 200, 50]);
  });

  it('of one batch stay together', async () => {
    const batch = (name: string, count: number) =>
      sender.send(Array.from({ length: count }, (_, n) => envelope(`${name}${n}`)));
    const first = batch('a', 60);
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([60]);
    send(150);
    const second = batch('b', 60);
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([60, 150, 60]);
    for (const { answer } of calls) answer();
    expect((await first).length).toBe(60);
    expect((await second).length).toBe(60);
  });

  it('of an id that is under way wait for it, and so does what comes after them', async () => {
    send(20);
    void one(envelope('m0', 'newer'));
    void one(envelope('z'));
    await turn();
    await turn();
    // The first half has m0: the second one goes as far as it may.
    expect(calls.map(({ ids }) => ids.length)).toEqual([11, 9]);
    await turn();
    calls[1]?.answer();
    await turn();
    await turn();
    expect(calls).toHaveLength(2);
    calls[0]?.answer();
    await turn();
    await turn();
    expect(calls[2]?.ids).toEqual(['m0', 'z']);
  });

  it('of one batch that are too much for a call have each their outcome', async () => {
    const batch = sender.send(['a', 'b', 'c'].map((id) => envelope(id, 'x'.repeat(200_000))));
    await turn();
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c']]);
    calls[2]?.answer('c');
    calls[0]?.answer('q');
    calls[1]?.answer('f');
    expect((await batch).map(({ status }) => status)).toEqual(['queued', 'refused', 'coalesced']);
  });

  it('are told apart by more than 256 KiB as well', async () => {
    send(12, 'x'.repeat(100_000));
    await turn();
    expect(calls.map(({ ids }) => ids.length)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('of one batch of up to 256 KiB stay together beside large ones', async () => {
    void one(envelope('large', 'x'.repeat(200_000)));
    const batch = sender.send(['a', 'b'].map((id) => envelope(id, 'x'.repeat(40_000))));
    await turn();
    expect(calls.map(({ ids }) => ids)).toEqual([['large'], ['a', 'b']]);
    for (const { answer } of calls) answer();
    expect(await batch).toEqual([{ status: 'queued' }, { status: 'queued' }]);
  });

  it('have each the outcome that its letter says', async () => {
    const sent = send(3);
    await turn();
    calls[0]?.answer('cfq');
    expect((await Promise.all(sent)).map((it) => it?.status)).toEqual(['coalesced', 'refused', 'queued']);
  });

  it('fail with the call that they were part of', async () => {
    const sent = send(32);
    await turn();
    await turn();
    calls[0]?.fail(new Error('out of reach'));
    calls[1]?.answer();
    const statuses = (await Promise.all(sent)).map((it) => it?.status);
    expect(statuses).toEqual([...Array(16).fill('refused'), ...Array(16).fill('queued')]);
  });

  it('leave nothing behind', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const stored = new Sender(async () => 'q');
    const message = [envelope('m')];
    const heapAfter = async (sends: number) => {
      for (let n = 0; n < sends; n++) await stored.send(message);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await heapAfter(1_000);
    expect((await heapAfter(50_000)) - before).toBeLessThan(1_000_000);
  });

  it('are all waited for by drain', async () => {
    send(20);
    let drained = false;
    const draining = sender.drain().then(() => {
      drained = true;
    });
    await turn();
    calls[0]?.answer();
    await turn();
    await turn();
    expect([calls.length, drained]).toEqual([2, false]);
    calls[1]?.answer();
    await draining;
  });
});
