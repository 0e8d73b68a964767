import type { FormatterDialect } from './formatter-diff.ts';

const SHELL = /\.(?:sh|bash|bats|ksh|zsh|mksh)$/;

/** `shfmt -d`: the old side is called `path.orig`. Source: the documentation of shfmt. */
export const shfmt: FormatterDialect = {
  tool: 'shfmt',
  nameOf: ({ oldName, newName }) => (oldName === `${newName}.orig` && SHELL.test(newName) ? newName : null),
  proof: null,
  headerProves: true,
};
