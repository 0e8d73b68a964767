import type { FormatterDialect } from './formatter-diff.ts';

/** `path<TAB>2026-11-02 09:14:07.000000 +0000`; newer versions write no zone. */
const NAME = /^(.{1,1000}?)\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: ?[+-]\d\d:?\d\d)?$/;

/** `black --diff`. Source: Black's documentation, "Usage and Configuration: --diff". */
export const black: FormatterDialect = {
  tool: 'black',
  nameOf({ oldName, newName }) {
    const before = NAME.exec(oldName)?.[1];
    return before !== undefined && before === NAME.exec(newName)?.[1] && !/:(?:before|after)$/.test(before)
      ? before
      : null;
  },
  proofTexts: ['would reformat', 'would be reformatted'],
  proof: /^would reformat .|^\d+ files? would be reformatted/,
};
