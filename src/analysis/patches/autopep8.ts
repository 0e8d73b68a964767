import { betweenFolders } from './folders.ts';

/** `autopep8 --diff`: the sides are `original/path` and `fixed/path`. Source: the documentation of autopep8. */
export const autopep8 = betweenFolders('autopep8', 'original/', 'fixed/', /\.pyi?$/);
