import type { FormatterDialect } from './formatter-diff.ts';

/** What the two sides are called behind the name: by `clang-format-diff`, and by `run-clang-format`. */
const SIDES = [
  ['\t(before formatting)', '\t(after formatting)'],
  ['\t(original)', '\t(reformatted)'],
] as const;

/** `clang-format-diff` and `run-clang-format`. Source: the output of both; clang-format itself prints no diff. */
export const clangFormat: FormatterDialect = {
  tool: 'clang-format',
  nameOf({ oldName, newName }) {
    for (const [before, after] of SIDES) {
      const name = oldName.endsWith(before) ? oldName.slice(0, -before.length) : null;
      if (name && newName === name + after) return name;
    }
    return null;
  },
  proof: null,
  headerProves: true,
};
