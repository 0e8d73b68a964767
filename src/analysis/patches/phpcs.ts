import type { FormatterDialect } from './formatter-diff.ts';

/** `phpcs --report=diff`: the new side is called `PHP_CodeSniffer`. Source: PHP_CodeSniffer's documentation, "Reporting". */
export const phpcs: FormatterDialect = {
  tool: 'phpcs',
  nameOf: ({ oldName, newName }) =>
    newName === 'PHP_CodeSniffer' && /\.(?:php|inc|phtml)$/.test(oldName) ? oldName : null,
  proof: null,
  headerProves: true,
};
