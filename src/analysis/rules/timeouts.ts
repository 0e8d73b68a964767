import type { Rule } from './rule.ts';

/** A limit of the CI system ended the job. Source: messages of the Actions runner, GitLab and Travis. */
export const TIMEOUTS: readonly Rule[] = [
  {
    id: 'timeout.job',
    category: 'timeout',
    tool: null,
    literals: [
      'exceeded the maximum execution time',
      'execution took longer than',
      'No output has been received in the last',
      'exceeded the maximum time limit',
      'Too long with no output',
    ],
    pattern:
      /has exceeded the maximum execution time|execution took longer than .{1,60} seconds|No output has been received in the last|exceeded the maximum time limit for jobs|^Too long with no output/,
    weight: 92,
    confidence: 0.95,
    summary: 'The job ran into its time limit',
    overridesPatch: true,
  },
  {
    // GNU timeout: "If the command times out, and --preserve-status is not set, then exit with status 124."
    id: 'timeout.command',
    category: 'timeout',
    tool: 'timeout',
    literals: ['exit code 124', 'exited with 124'],
    pattern: /\bexit(?:ed with| code) 124\b/,
    weight: 50,
    confidence: 0.85,
    summary: 'A command ran into the time limit that it was given',
  },
  {
    id: 'timeout.step',
    category: 'timeout',
    tool: null,
    literals: ['has timed out after'],
    pattern: /\baction .{1,300} has timed out after \d+ minutes/,
    weight: 92,
    confidence: 0.95,
    summary: 'A step ran into its time limit',
    overridesPatch: true,
  },
];
