import type { FormatterDialect } from './formatter-diff.ts';

const BEFORE = /^(.{1,1000}):before\t\d{4}-\d\d-\d\d /;
const AFTER = /^(.{1,1000}):after\t\d{4}-\d\d-\d\d /;

/** `isort --diff`: nobody else names a file `path:before`. Source: isort's documentation, "Configuration: --diff". */
export const isort: FormatterDialect = {
  tool: 'isort',
  nameOf({ oldName, newName }) {
    const before = BEFORE.exec(oldName)?.[1];
    return before !== undefined && before === AFTER.exec(newName)?.[1] ? before : null;
  },
  proofTexts: ['Imports are incorrectly sorted'],
  proof: /^ERROR: .{1,1000} Imports are incorrectly sorted/,
  headerProves: true,
};
