/**
 * What the mutation tests of each folder have in common; see scripts/mutation.ts. What has not changed since the
 * last run is taken from its report.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.library.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner', './scripts/mutation/ignore-log-texts.js'],
  ignorers: ['log-texts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  incremental: true,
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 90, low: 80, break: 80 },
  // A loop that a mutant made endless is seen by this. Long, so that a busy machine counts no mutant as found.
  timeoutMS: 10_000,
  timeoutFactor: 1.5,
  dryRunTimeoutMinutes: 15,
  ignorePatterns: ['bench', 'coverage', 'dist', 'docs', 'fixtures', 'reports'],
};
