import { defineConfig } from 'vitest/config';

/** The one folder that scripts/mutation.ts makes mutants of; else all are tested. */
const mutated = process.env.MUTATED_FOLDER;
const folder = mutated ?? '{worker,events,messages}';

/** A test that a mutant makes wait for ever is to end soon: here none takes a second. */
const timeouts = mutated ? { testTimeout: 5000, hookTimeout: 5000 } : { testTimeout: 30_000 };

/** For `npm run coverage` and `npm run mutation`: the tests of the library's core alone. */
export default defineConfig({
  test: {
    include: [`test/${folder}/**/*.test.ts`],
    // Of what needs servers, or goes on for long, no mutants are made.
    exclude: mutated ? ['test/worker/slot-stores.test.ts', 'test/worker/stress.test.ts'] : [],
    // Nothing of one file is seen by another, and the modules are loaded once: a mutant takes a quarter of the time.
    isolate: false,
    pool: 'threads',
    maxWorkers: 2,
    ...timeouts,
    coverage: {
      provider: 'v8',
      include: ['src/{worker,events,messages}/**/*.ts'],
      reporter: ['text', 'html'],
      thresholds: { branches: 95, functions: 95, lines: 95, statements: 95 },
    },
  },
});
