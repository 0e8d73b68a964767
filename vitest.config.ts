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
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: false,
    coverage: { include: ['src/**', 'handlers/**', 'workers/**'] },
  },
});
