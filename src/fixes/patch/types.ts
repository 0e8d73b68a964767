import { PermanentError } from '../../errors.ts';

/** Why a patch is refused; the code is also the name of the rule. */
export type PatchErrorCode =
  | 'patch.malformed'
  | 'patch.binary'
  | 'patch.mode_change'
  | 'patch.rename'
  | 'patch.symlink'
  | 'patch.submodule'
  | 'patch.encoding'
  | 'patch.empty'
  | 'patch.too_large'
  | 'patch.missing_file'
  | 'patch.exists'
  | 'patch.no_context'
  | 'patch.does_not_apply'
  | 'patch.ambiguous';

/** A patch that is not what it must be, or does not fit the file it is meant for. Nothing was changed. */
export class PatchError extends PermanentError {
  declare readonly code: PatchErrorCode;

  constructor(code: PatchErrorCode, message: string) {
    super(code, message);
  }
}

/** One line of a hunk. `text` ends in a newline unless the file ends there without one; a carriage return is part of it. */
export interface HunkLine {
  readonly kind: 'context' | 'removed' | 'added';
  readonly text: string;
}

/** One changed place of a file. Line numbers are 1-based as the patch states them; 0 for an empty side. */
export interface Hunk {
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly HunkLine[];
}

/** The changes of one file. `oldPath` is null for a new file, `newPath` for a deleted one; else they are equal. */
export interface FilePatch {
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly hunks: readonly Hunk[];
  /** Beginnings of git's hashes of the content before and after, in hex; zeros for a side that is not there. */
  readonly blobs?: { readonly before: string; readonly after: string };
}

/** A parsed unified diff, in the order of its text; no path occurs twice. */
export type Patch = readonly FilePatch[];

/** The path that a file patch is about. */
export function pathOf(file: FilePatch): string {
  return file.newPath ?? file.oldPath ?? '';
}
