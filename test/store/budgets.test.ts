import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/manual-clock.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../sqlite/temporary.ts';

const MINUTE = { ms: 60_000, max: 10 };
const HOUR = { ms: 3_600_000, max: 25 };

/** The start of a slot. */
const START = 1_767_225_600_000;

describe('budgets', () => {
  let directory: TemporaryDirectory;
  let store: Store;
  let other: Store;
  const clock = new ManualClock();

  beforeEach(async () => {
    directory = temporaryDirectory();
    const path = directory.file('store.db');
    store = await openSqliteStore({ path, clock });
    other = await openSqliteStore({ path, clock });
  });

  afterEach(async () => {
    await Promise.all([store.close(), other.close()]);
    directory.remove();
  });

  it('give out what there is, and no more, to all who ask at once', async () => {
    const asked = Array.from({ length: 30 }, (_, n) =>
      (n % 2 ? store : other).budgets.take('writes', 1, [MINUTE, HOUR], START),
    );
    const waits = await Promise.all(asked);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
    expect(Math.min(...waits.filter((wait) => wait > 0))).toBe(70_000);
    expect(await store.budgets.take('others', 10, [MINUTE], START)).toBe(0);
  });

  it('take out of every window or of none', async () => {
    expect(await store.budgets.take('writes', 11, [HOUR, MINUTE], START)).toBeGreaterThan(0);
    expect(await store.budgets.take('writes', 25, [HOUR], START)).toBe(0);
    expect(await store.budgets.take('writes', 1, [HOUR, MINUTE], START)).toBe(3_610_000);
  });

  it('are never overdrawn in any window, and the wait that they name is enough', async () => {
    const taken: number[] = [];
    let now = START + 3;
    for (let asked = 0; asked < 400; asked++) {
      const wait = await store.budgets.take('writes', 1, [MINUTE, HOUR], now);
      if (wait === 0) taken.push(now);
      // Impatient most of the time, and patient now and then.
      now += wait > 0 && asked % 3 === 0 ? wait : 700;
      if (wait > 0 && asked % 3 === 0) {
        expect(await store.budgets.take('writes', 1, [MINUTE, HOUR], now)).toBe(0);
        taken.push(now);
      }
    }
    expect(taken.length).toBeGreaterThan(100);
    for (const { ms, max } of [MINUTE, HOUR]) {
      for (const start of taken) {
        expect(taken.filter((at) => at >= start && at < start + ms).length).toBeLessThanOrEqual(max);
      }
    }
  });

  it('are closed until the latest end that was heard of', async () => {
    expect(await store.budgets.blockedUntil('one')).toBe(0);
    await store.budgets.block('one', START + 5000);
    await other.budgets.block('one', START + 1000);
    expect(await other.budgets.blockedUntil('one')).toBe(START + 5000);
    expect(await store.budgets.blockedUntil('two')).toBe(0);
  });
});
