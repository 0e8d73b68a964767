import type { FormatterDialect } from './formatter-diff.ts';

/** A dialect that writes one path below two folders that do not exist; nobody else does so for these files. */
export function betweenFolders(tool: string, before: string, after: string, files: RegExp): FormatterDialect {
  return {
    tool,
    nameOf({ oldName, newName }) {
      if (!oldName.startsWith(before) || !newName.startsWith(after)) return null;
      const name = oldName.slice(before.length);
      return name === newName.slice(after.length) && files.test(name) ? name : null;
    },
    proof: null,
    headerProves: true,
  };
}
