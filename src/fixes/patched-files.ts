import type { BlobInfo, FileChange } from '../github/types.ts';
import { applyFilePatch } from './patch/apply.ts';
import { checkResult } from './patch/check-result.ts';
import { matchLineEndings } from './patch/line-endings.ts';
import { type FilePatch, type Patch, PatchError, pathOf } from './patch/types.ts';

/** Largest sum of new contents in one commit, in bytes. */
const CONTENT_MAX_BYTES = 8 * 1024 * 1024;

/** Paths to read before a patch can be applied: its files, and for new files every folder above them. */
export function pathsToRead(patch: Patch): string[] {
  const paths = new Set<string>();
  for (const file of patch) {
    paths.add(pathOf(file));
    if (file.oldPath !== null) continue;
    const names = pathOf(file).split('/');
    for (let depth = 1; depth < names.length; depth++) paths.add(names.slice(0, depth).join('/'));
  }
  return [...paths];
}

/**
 * The files as the patch makes them.
 * @param blobs what is there of {@link pathsToRead}
 * @throws PatchError when it does not apply, or a path is a link, a submodule, or runs through a file
 */
export function patchFiles(patch: Patch, blobs: readonly BlobInfo[]): FileChange[] {
  const byPath = new Map(blobs.map((blob) => [blob.path, blob]));
  const changes = patch.map((file) => patchFile(file, byPath));
  const size = changes.reduce((sum, change) => sum + (change.content?.length ?? 0), 0);
  if (size > CONTENT_MAX_BYTES)
    throw new PatchError('patch.too_large', `the patched files have ${size} bytes`);
  return changes;
}

/** The files as `changes` leave them, in place of those that were read. */
export function withChanges(blobs: readonly BlobInfo[], changes: readonly FileChange[]): BlobInfo[] {
  const byPath = new Map(blobs.map((blob) => [blob.path, blob]));
  for (const { path, mode, content } of changes) {
    if (content === null) byPath.delete(path);
    else byPath.set(path, { path, mode, content });
  }
  return [...byPath.values()];
}

function patchFile(file: FilePatch, byPath: ReadonlyMap<string, BlobInfo>): FileChange {
  const path = pathOf(file);
  const blob = byPath.get(path);
  if (blob?.mode === '120000') throw new PatchError('patch.symlink', `${path} is a symbolic link`);
  if (blob?.mode === '160000') throw new PatchError('patch.submodule', `${path} is a submodule`);
  const names = path.split('/');
  const above = names.slice(1).map((_name, index) => names.slice(0, index + 1).join('/'));
  if (!blob && above.some((folder) => byPath.has(folder))) {
    throw new PatchError('patch.symlink', `${path} lies below something that is no folder`);
  }
  try {
    const content = applyFilePatch(blob?.content ?? null, blob ? matchLineEndings(blob.content, file) : file);
    checkResult(file, blob?.content ?? null, content);
    if (blob && content?.equals(blob.content)) {
      throw new PatchError('patch.empty', 'the patch changes nothing');
    }
    return { path, content, mode: blob?.mode ?? '100644' };
  } catch (error) {
    if (error instanceof PatchError) throw new PatchError(error.code, `${path}: ${error.message}`);
    throw error;
  }
}
