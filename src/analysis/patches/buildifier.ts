import type { FormatterDialect } from './formatter-diff.ts';

const BEFORE = /^(.{1,1000}?)\t\d{4}-\d\d-\d\d /;

/** `buildifier -mode=diff`: the new side is a temporary file of its own. Source: the documentation of buildifier. */
export const buildifier: FormatterDialect = {
  tool: 'buildifier',
  nameOf: ({ oldName, newName }) =>
    /^\S{0,500}[\\/]buildifier-tmp-\d{1,20}\t/.test(newName) ? (BEFORE.exec(oldName)?.[1] ?? null) : null,
  proof: null,
  headerProves: true,
};
