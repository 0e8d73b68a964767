import { describe, expect, it } from 'vitest';
import type { SessionState } from '../../src/queue/engine.ts';
import { LeaseKeeper } from '../../src/queue/lease-keeper.ts';
import type { Lease } from '../../src/queue/types.ts';

const lease = (token: number): Lease => ({ queue: 'q', id: `m${token}`, token, expiresAt: 30_000 });

function keeperWith(holds: (leases: readonly Lease[]) => Promise<boolean[]>) {
  const keeper = new LeaseKeeper(holds);
  const lost: [number, string][] = [];
  keeper.onLost(({ token }, reason) => lost.push([token, reason]));
  return { keeper, lost };
}

const noneGone = async (leases: readonly Lease[]) => leases.map(() => true);
const session = (id: number, now = 0) => ({ now, session: id, sessionExpiresAt: now + 30_000 });

describe('LeaseKeeper', () => {
  it('tells of the leases of a session that was replaced, but not of those extended', async () => {
    const { keeper, lost } = keeperWith(noneGone);
    await keeper.settle([], async () => session(1));
    keeper.add(lease(1), 1);
    keeper.add(lease(2), 1);
    keeper.extended({ ...lease(2), expiresAt: 90_000 });
    await keeper.settle([], async () => session(2, 60_000));
    expect(lost).toEqual([[1, 'expired']]);
    keeper.beat({ ok: true, held: 1, wake: [], ...session(3, 120_000) });
    expect(lost).toEqual([
      [1, 'expired'],
      [2, 'expired'],
    ]);
  });

  it('tells of a lease whose time is over while no heartbeat comes through', async () => {
    const { keeper, lost } = keeperWith(noneGone);
    await keeper.settle([], async () => session(1));
    keeper.add(lease(1), 1);
    keeper.beat({ ok: false, now: 29_999 });
    expect(lost).toEqual([]);
    keeper.beat({ ok: false, now: 30_000 });
    keeper.beat({ ok: false, now: 40_000 });
    expect(lost).toEqual([[1, 'expired']]);
  });

  it('tells of a lease that somebody else settled, but not of one that is being settled', async () => {
    let asked: readonly Lease[] = [];
    const { keeper, lost } = keeperWith(async (leases) => {
      asked = leases;
      return leases.map(({ token }) => token === 2);
    });
    await keeper.settle([], async () => session(1));
    for (const token of [1, 2, 3]) keeper.add(lease(token), 1);
    let finish = () => {};
    const answer = new Promise<SessionState>((resolve) => {
      finish = () => resolve(session(1));
    });
    const settling = keeper.settle([lease(3)], () => answer);
    keeper.beat({ ok: true, held: 1, wake: [], ...session(1) });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.map(({ token }) => token)).toEqual([1, 2]);
    expect(lost).toEqual([[1, 'superseded']]);
    finish();
    await settling;
    keeper.beat({ ok: false, now: 40_000 });
    expect(lost).toEqual([
      [1, 'superseded'],
      [2, 'expired'],
    ]);
  });
});
