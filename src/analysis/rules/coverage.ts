import type { Rule } from './rule.ts';

/** What all rules of this family have in common. */
const gate = {
  category: 'test',
  tool: 'coverage',
  summary: 'The test coverage is below the gate',
} as const;

/** Gates of the test coverage. Sources: the documentation of c8 and nyc, JaCoCo, SimpleCov. */
export const COVERAGE: readonly Rule[] = [
  {
    ...gate,
    id: 'coverage.javascript',
    literals: ['does not meet', 'coverage threshold for'],
    pattern:
      /^(?:ERROR: Coverage for \w{1,20} \([\d.]{1,8}%\) does not meet (?:global |\S{1,200} )?threshold|.{0,20}coverage threshold for .{1,60} \([\d.]{1,8}%\) not met)/,
    weight: 60,
    confidence: 0.95,
  },
  {
    ...gate,
    id: 'coverage.jacoco',
    literals: ['covered ratio is', 'Coverage checks have not been met'],
    pattern:
      /Rule violated for .{1,200} covered ratio is [\d.]{1,8}, but expected|Coverage checks have not been met/,
    weight: 61,
    confidence: 0.95,
  },
  {
    ...gate,
    id: 'coverage.simplecov',
    literals: ['is below the expected minimum coverage', 'SimpleCov failed with exit'],
    pattern:
      /^(?:Line |Branch )?[Cc]overage .{0,60}\([\d.]{1,8}%\) is below the expected minimum coverage|^SimpleCov failed with exit \d/,
    weight: 61,
    confidence: 0.95,
  },
];
