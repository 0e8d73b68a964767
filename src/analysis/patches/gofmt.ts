import type { FormatterDialect } from './formatter-diff.ts';

/** `path.orig` beside `path`; some versions add times after a tab. */
const withoutTime = (name: string) => name.split('\t')[0] ?? name;

/** `gofmt -d`: the old side is called `path.orig`. Source: the documentation of the command gofmt. */
export const gofmt: FormatterDialect = {
  tool: 'gofmt',
  nameOf({ oldName, newName }) {
    const name = withoutTime(newName);
    return name.endsWith('.go') && withoutTime(oldName) === `${name}.orig` ? name : null;
  },
  proofTexts: ['.go.orig '],
  proof: /^diff (?:-u )?\S{1,1000}\.go\.orig \S{1,1000}\.go$/,
  headerProves: true,
};
