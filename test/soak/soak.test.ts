import { describe, expect, it } from 'vitest';
import { KINDS } from '../support/soak/ground.ts';
import { soak } from '../support/soak/soak.ts';

describe.concurrent('a short soak', () => {
  it.for(KINDS)('of %s accounts for every message', { timeout: 120_000 }, async (kind) => {
    const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000_000);
    console.info(`${kind}: SOAK_SEED=${seed}`);
    const { violations, ...totals } = await soak({ kind, seconds: 8, seed });
    expect(violations).toEqual([]);
    const { sent, done, coalesced, dead, waiting, unanswered } = totals;
    expect(done + coalesced + dead + waiting + unanswered).toBe(sent);
    expect(done).toBeGreaterThan(0);
  });
});
