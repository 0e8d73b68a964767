/**
 * 100,000 seeded inputs for the analyser: made-up logs and mutations of real ones.
 * `npm run fuzz [-- RUNS [SEED [DIR...]]]`; DIR are folders with more `*.log` files to mutate.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { analyzeLog } from '../src/analysis/analyze.ts';
import { checkLog } from './fuzz-analysis/check.ts';
import { madeUpLog, mutatedLog } from './fuzz-analysis/inputs.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures/logs');
const [runs = '100000', seed = '20261102', ...folders] = process.argv.slice(2);

const logs = [FIXTURES, ...folders].flatMap((folder) =>
  globSync('**/*.log', { cwd: folder })
    .toSorted()
    .map((file) => readFileSync(path.join(folder, file))),
);
const figures = { inputs: 0, bytes: 0, patches: 0, slowest: 0 };
// Code that was never run is slow at first.
for (const log of logs.slice(0, 50)) await analyzeLog(log);
const startedAt = performance.now();
await fc.assert(
  fc.asyncProperty(fc.oneof(madeUpLog, mutatedLog(logs)), async (log) => {
    const { patch, ms } = await checkLog(log);
    figures.inputs += 1;
    figures.bytes += log.length;
    figures.patches += patch === null ? 0 : 1;
    figures.slowest = Math.max(figures.slowest, ms);
  }),
  {
    numRuns: Number(runs),
    seed: Number(seed),
    // The input itself may be megabytes; seed and path bring it back.
    asyncReporter: async ({ failed, counterexamplePath, errorInstance }) => {
      if (failed) throw new Error(`seed ${seed}, path ${counterexamplePath}: ${errorInstance}`);
    },
  },
);
const { inputs, bytes, patches, slowest } = figures;
process.stdout.write(
  `${inputs} inputs (${(bytes / 1e6).toFixed(0)} MB) of seed ${seed} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s: ` +
    `none threw or broke a rule; ${patches} patches, all inside the tree; the slowest took ${slowest.toFixed(0)} ms\n`,
);
