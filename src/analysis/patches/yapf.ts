import type { FormatterDialect } from './formatter-diff.ts';

const BEFORE = /^(.{1,1000})\t\(original\)$/;
const AFTER = /^(.{1,1000})\t\(reformatted\)$/;

/** `yapf --diff`: the sides are `(original)` and `(reformatted)`. Source: YAPF's documentation, "Usage". */
export const yapf: FormatterDialect = {
  tool: 'yapf',
  nameOf({ oldName, newName }) {
    const before = BEFORE.exec(oldName)?.[1];
    return before !== undefined && before === AFTER.exec(newName)?.[1] ? before : null;
  },
  proof: null,
  headerProves: true,
};
