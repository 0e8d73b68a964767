import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Fact, LEASE_MS } from '../support/soak/facts.ts';
import { Ledger } from '../support/soak/ledger.ts';

/** Facts of worker 1 about lease 1 of the message `a`, unless they say otherwise. */
function fill(ledger: Ledger, ...facts: (Partial<Record<string, unknown>> & { worker?: number })[]): void {
  for (const { worker = 1, ...fact } of facts) {
    const { at = 0 } = fact;
    const whole: unknown = {
      id: 'a',
      token: 1,
      version: 1,
      askedAt: at,
      at: 0,
      unsure: false,
      ...fact,
    };
    ledger.take(worker, whole as Fact);
  }
}

const TAKEN = { kind: 'taken' };
const DONE = [
  { kind: 'settling', outcome: 'done', at: 10 },
  { kind: 'settled', result: 'ok', at: 20 },
];

describe('the ledger of a soak', () => {
  afterEach(() => vi.useRealTimers());

  function ledgerWith(...facts: Parameters<typeof fill> extends [Ledger, ...infer Rest] ? Rest : never) {
    const ledger = new Ledger();
    ledger.sent('a', 1, 'queued');
    fill(ledger, ...facts);
    return ledger;
  }

  it('finds no fault with a message that is done, and one that waits', () => {
    const ledger = ledgerWith(TAKEN, ...DONE);
    ledger.sent('b', 2, 'queued');
    ledger.left('b', 2, 'waiting');
    expect(ledger.close()).toMatchObject({ sent: 2, done: 1, waiting: 1, unanswered: 0 });
    expect(ledger.violations).toEqual([]);
  });

  it.each([
    ['lost', () => ledgerWith(), 'a: lost'],
    ['done twice', () => ledgerWith(TAKEN, ...DONE, { ...TAKEN, token: 2, at: 30 }), 'although it was done'],
    [
      'given out inside a live lease',
      () => ledgerWith(TAKEN, { ...TAKEN, worker: 2, token: 2, at: LEASE_MS * 3 }),
      'inside the live lease of worker 1',
    ],
    [
      'settled by a lease that was over',
      () => ledgerWith(TAKEN, { ...TAKEN, token: 2, at: 5, worker: 2 }, ...DONE),
      'was settled after 2 was given out',
    ],
    ['given out under one token twice', () => ledgerWith(TAKEN, TAKEN), 'given out twice'],
  ])('finds a message that was %s', (_name, make, violation) => {
    const ledger = make();
    ledger.close();
    expect(ledger.violations.join()).toContain(violation);
  });

  it('allows a second run after the lease, when a fault kept the heartbeats back', () => {
    vi.useFakeTimers({ now: LEASE_MS * 2 });
    const ledger = ledgerWith(TAKEN);
    ledger.disturb(1);
    fill(ledger, { ...TAKEN, worker: 2, token: 2, at: LEASE_MS * 3 });
    fill(
      ledger,
      { kind: 'settling', outcome: 'done', token: 2 },
      { kind: 'settled', result: 'ok', token: 2 },
    );
    ledger.close();
    expect(ledger.violations).toEqual([]);
  });

  it('misses the last content of an id that was sent again', () => {
    const ledger = ledgerWith();
    ledger.sent('a', 2, 'coalesced');
    fill(ledger, TAKEN, ...DONE);
    ledger.close();
    expect(ledger.violations).toEqual(['a: its last content 2 was never done']);
  });
});
