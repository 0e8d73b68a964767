import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The package's own name means its source, not what was built last.
  ssr: { resolve: { conditions: ['checkmend-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/redis/global-setup.ts'],
    setupFiles: ['test/support/leaks/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A bound for what hangs: a story with a kill in it waits for a lease of 30 s to lapse.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    allowOnly: false,
    coverage: { include: ['src/**', 'handlers/**', 'workers/**'] },
  },
});
