import { betweenFolders } from './folders.ts';

/** `docformatter`: the sides are `before/path` and `after/path`. Source: the documentation of docformatter. */
export const docformatter = betweenFolders('docformatter', 'before/', 'after/', /\.pyi?$/);
