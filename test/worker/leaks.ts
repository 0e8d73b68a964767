import { afterAll, beforeAll, expect } from 'vitest';
import { silentLogger } from '../../src/logger.ts';

/** What keeps a process alive or listens to it, by kind. */
function census(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    // One that measures nothing is listed until it is collected; it keeps no process alive.
    if (kind !== 'IntervalHistogram') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  for (const name of process.eventNames()) counts[`on ${String(name)}`] = process.listenerCount(name);
  return counts;
}

/** Checks that a test file leaves no open handle, timer or listener behind. Call it at the top of the file. */
export function checkLeaks(): void {
  let before: Record<string, number>;
  beforeAll(() => {
    // The first logger of a process registers a listener that stays.
    silentLogger();
    before = census();
  });
  afterAll(async () => {
    // What is being closed is gone a few turns later.
    for (let turn = 0; turn < 100 && !isWithin(census(), before); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(isWithin(census(), before), JSON.stringify({ before, after: census() })).toBe(true);
  });
}

function isWithin(after: Record<string, number>, before: Record<string, number>): boolean {
  return Object.entries(after).every(([kind, count]) => count <= (before[kind] ?? 0));
}
