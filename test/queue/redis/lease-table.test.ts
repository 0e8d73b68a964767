import { describe, expect, it } from 'vitest';
import { LeaseTable } from '../../../src/queue/redis/lease-table.ts';

const lease = (token: number) => ({ queue: 'q', id: `m${token}`, token, expiresAt: 1 });
const table = (...fetches: number[][]) => {
  const leases = new LeaseTable();
  for (const tokens of fetches) leases.add(tokens.map(lease));
  return leases;
};
const tokens = (leases: LeaseTable) => leases.all.map(({ token }) => token);

describe('a table of leases', () => {
  it('finds what was fetched, also behind a gap, and nothing else', () => {
    const leases = table([10, 11, 14], [20]);
    expect([9, 10, 11, 12, 14, 15, 20, 21].filter((token) => leases.has(token))).toEqual([10, 11, 14, 20]);
    expect([leases.size, tokens(leases)]).toEqual([4, [10, 11, 14, 20]]);
  });

  it('takes fetches in any order, and empty ones', () => {
    const leases = table([20, 21], [], [10], [30]);
    expect(tokens(leases)).toEqual([10, 20, 21, 30]);
    expect([10, 21, 30].every((token) => leases.has(token))).toBe(true);
  });

  it('lets go of each once', () => {
    const leases = table([10, 11], [20]);
    expect([10, 10, 12, 20, 99].map((token) => leases.delete(token))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    expect([leases.size, tokens(leases)]).toEqual([1, [11]]);
    expect(leases.delete(11)).toBe(true);
    expect([leases.size, tokens(leases)]).toEqual([0, []]);
  });

  it('replaces a lease that is there, and no other', () => {
    const leases = table([10, 12]);
    leases.replace({ ...lease(12), expiresAt: 2 });
    leases.replace(lease(11));
    leases.replace(lease(5));
    expect(leases.all).toEqual([lease(10), { ...lease(12), expiresAt: 2 }]);
  });
});
