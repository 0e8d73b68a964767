import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { silentLogger } from '../../../src/logger.ts';
import { census, leaksSince, watchStarts } from './census.ts';

/** How long what is being closed may take to be gone, in milliseconds; only a file that leaks waits for all of it. */
const PATIENCE_MS = 2000;
const STEP_MS = 5;

// The first logger of a process registers a listener that stays.
silentLogger();
watchStarts();
const before = census();

// A setup file's hooks are registered first, and so run last: after every hook of the test file.
afterAll(async () => {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (leaksSince(before).length > 0 && performance.now() < giveUpAt) await sleep(STEP_MS);
  const leaks = leaksSince(before);
  if (leaks.length > 0) throw new Error(`this test file leaves behind: ${leaks.join('; ')}`);
});
