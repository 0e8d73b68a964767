import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLog } from '../../scripts/fuzz-analysis/check.ts';
import { madeUpLog, mutatedLog } from '../../scripts/fuzz-analysis/inputs.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/logs');
const logs = globSync('**/job.log', { cwd: fixtures })
  .toSorted()
  .map((file) => readFileSync(path.join(fixtures, file)));

/** A part of `npm run fuzz`, with another seed. */
describe('any log', () => {
  it.each([
    ['made up of what tools print', madeUpLog],
    ['cut, doubled and mixed from real ones', mutatedLog(logs)],
  ])('%s gives a diagnosis, in time, and no patch outside the tree', async (_, input) => {
    let patches = 0;
    await fc.assert(
      fc.asyncProperty(input, async (log) => {
        const { patch } = await checkLog(log);
        if (patch !== null) patches += 1;
      }),
      { numRuns: 1500, seed: 7 },
    );
    // Otherwise it would not have been tried whether a patch is one.
    expect(patches).toBeGreaterThan(0);
  });
});
