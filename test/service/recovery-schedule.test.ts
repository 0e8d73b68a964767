import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/manual-clock.ts';
import { RecoverySchedule } from '../../src/service/recovery-schedule.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const INTERVAL_MS = 600_000;
const FAILED_MS = 30_000;

/** A process of the fleet, and when its next turn is due. */
interface Process {
  schedule: RecoverySchedule;
  dueAt: number;
}

describe('when missed deliveries are looked for', () => {
  const { signal } = new AbortController();
  let folder: ReturnType<typeof temporaryFolder>;
  let clock: ManualClock;
  let store: Store;
  let fleet: Process[];
  /** Who swept, and at what second. */
  let sweeps: string[];

  beforeEach(async () => {
    folder = temporaryFolder();
    clock = new ManualClock();
    store = await openSqliteStore({ path: path.join(folder.path, 'store.db'), clock });
    fleet = [];
    sweeps = [];
  });

  afterEach(async () => {
    await store.close();
    folder[Symbol.dispose]();
  });

  /** @param sweep default one that finds nothing */
  function start(who: string, sweep = async (): Promise<number> => 0): Process {
    const schedule = new RecoverySchedule({
      name: 'recovery',
      store,
      sweep: async () => {
        sweeps.push(`${who} ${clock.monotonic() / 1000}`);
        return await sweep();
      },
      intervalMs: () => INTERVAL_MS,
      clock,
    });
    const process = { schedule, dueAt: clock.now() };
    fleet.push(process);
    return process;
  }

  /** Each process has its turns, as a `Repeater` gives them. */
  async function pass(seconds: number): Promise<void> {
    const end = clock.now() + seconds * 1000;
    for (;;) {
      const [next] = fleet.toSorted((a, b) => a.dueAt - b.dueAt);
      if (!next || next.dueAt >= end) break;
      await clock.advance(next.dueAt - clock.now());
      const { nextInMs } = await next.schedule.turn(signal).catch(() => ({ nextInMs: FAILED_MS }));
      next.dueAt += nextInMs;
    }
    await clock.advance(end - clock.now());
  }

  it('at the start, and then an interval after the last time', async () => {
    start('a');
    await pass(1300);
    expect(sweeps).toEqual(['a 0', 'a 600', 'a 1200']);
  });

  it('soon again where the one who began was killed before the end', async () => {
    const begun = Promise.withResolvers<void>();
    const killed = start('killed', () => {
      begun.resolve();
      return new Promise<number>(() => undefined);
    });
    void killed.schedule.turn(signal);
    await begun.promise;
    fleet = [];
    start('next');
    await pass(10);
    expect(sweeps).toEqual(['killed 0', 'next 2.5']);
  });

  it('soon again after one that failed', async () => {
    start('a', async () => {
      if (sweeps.length === 1) throw new Error('GitHub is out of reach');
      return 0;
    });
    await pass(100);
    expect(sweeps).toEqual(['a 0', 'a 30']);
  });

  it('by each process at its own start, and then by one of them', async () => {
    start('a');
    await pass(100);
    const b = start('b');
    await pass(1700);
    expect(sweeps).toEqual(['a 0', 'b 100', 'a 700', 'a 1300']);
    fleet = [b];
    await pass(200);
    expect(sweeps.at(-1)).toBe('b 1900');
  });

  it('at once where the clock was set back', async () => {
    await store.cursors.set('recovery-swept-at', String(clock.now() + 86_400_000));
    start('a');
    await pass(700);
    expect(sweeps).toEqual(['a 0', 'a 600']);
  });
});
