import type { FormatterDialect } from './formatter-diff.ts';

/** `php-cs-fixer fix --dry-run --diff`: the path on both sides. Source: the documentation of PHP CS Fixer, "Usage". */
export const phpCsFixer: FormatterDialect = {
  tool: 'php-cs-fixer',
  nameOf: ({ oldName, newName }) => (oldName === newName && oldName.endsWith('.php') ? oldName : null),
  proofTexts: ['begin diff ------'],
  proof: /^\s{2,12}-{6,12} begin diff -{6,12}$/,
};
