import { defineConfig } from 'vitest/config';
import project from '../../../../vitest.config.ts';

/** The project's own configuration, on test files that leak on purpose. */
export default defineConfig({
  ...project,
  test: { ...project.test, include: ['test/support/leaks/planted/*.planted.ts'], globalSetup: [] },
});
