import type { FormatterDialect } from './formatter-diff.ts';

/** `ruff format --diff` and `ruff check --diff`: bare names, the same on both sides. Source: Ruff's documentation, "The Ruff Formatter". */
export const ruff: FormatterDialect = {
  tool: 'ruff',
  nameOf: ({ oldName, newName }) =>
    oldName === newName && /\.(?:py|pyi|ipynb)$/.test(oldName) ? oldName : null,
  proofTexts: ['would be reformatted', '\nWould reformat: ', '\nWould fix '],
  proof: /^\d+ files? would be reformatted|^Would reformat: .|^Would fix \d+ errors?\b/,
};
