import { defineConfig } from 'vitest/config';

/** One of the folders, for tests of it alone. */
const folder = process.env.LIBRARY_FOLDER ?? '{worker,events,messages}';

/**
 * The tests of the library's core alone (`src/worker`, `src/events`, `src/messages`), which need nothing but Node:
 * for `npm run coverage` and `npm run mutation`.
 */
export default defineConfig({
  test: {
    include: [`test/${folder}/**/*.test.ts`],
    // Nothing of one file is seen by another, and the modules are loaded once: a mutant takes a quarter of the time.
    isolate: false,
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: [`src/${folder}/**/*.ts`],
      reporter: ['text', 'html'],
      thresholds: { branches: 95, functions: 95, lines: 95, statements: 95 },
    },
  },
});
