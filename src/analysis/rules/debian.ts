import type { Rule } from './rule.ts';

/** apt and dpkg. Source: their manual pages and messages. */
export const DEBIAN: readonly Rule[] = [
  {
    id: 'debian.apt-unknown',
    category: 'dependency',
    tool: 'apt',
    literals: ['E: Unable to locate package', 'has no installation candidate', 'E: Version '],
    pattern:
      /^E: (?:Unable to locate package (\S{1,200})|Package '(\S{1,200})' has no installation candidate|Version '.{1,100}' for '(\S{1,200})' was not found)/,
    weight: 62,
    confidence: 0.92,
    summary: ([, a, b, c]) => `apt does not know the package ${a ?? b ?? c}, or not in this version`,
  },
  {
    id: 'debian.apt-unmet',
    category: 'dependency',
    tool: 'apt',
    literals: ['E: Unable to correct problems', 'E: Unmet dependencies'],
    pattern: /^E: (?:Unable to correct problems, you have held broken packages|Unmet dependencies)/,
    weight: 61,
    confidence: 0.9,
    summary: 'apt cannot install the packages together',
  },
  {
    id: 'debian.dpkg',
    category: 'infrastructure',
    tool: 'apt',
    literals: ['dpkg: error processing '],
    pattern: /^dpkg: error processing (?:package |archive )?(\S{1,300})/,
    weight: 60,
    confidence: 0.88,
    summary: ([, name]) => `The package ${name} of the system could not be set up`,
  },
  {
    id: 'debian.dpkg-end',
    category: 'infrastructure',
    tool: 'apt',
    literals: ['E: Sub-process '],
    pattern: /^E: Sub-process \S{1,100}dpkg returned an error code/,
    weight: 50,
    confidence: 0.85,
    summary: 'A package of the system could not be set up',
  },
];
