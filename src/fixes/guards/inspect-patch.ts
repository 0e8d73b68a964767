import { patchDigest, reverseDigest } from '../patch/digest.ts';
import { parsePatch } from '../patch/parse.ts';
import { type Patch, PatchError, pathOf } from '../patch/types.ts';
import type { Refusal } from '../refusal.ts';
import { protectedPath } from './protected-paths.ts';
import { collidingPaths, unsafePath } from './safe-path.ts';
import { findWeakening } from './weakening.ts';

/** Most files and changed lines (removed plus added) of a patch, whatever the policy says. */
export const PATCH_MAX_FILES = 100;
export const PATCH_MAX_CHANGED_LINES = 10_000;

/** A patch that passed every check that needs no repository. */
export interface InspectedPatch {
  readonly patch: Patch;
  readonly paths: readonly string[];
  /** Removed plus added lines. */
  readonly changedLines: number;
  readonly digest: string;
  readonly reverseDigest: string;
}

export type Inspection =
  | { readonly ok: true; readonly value: InspectedPatch }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a patch is measured against. */
export interface PatchRules {
  /** The repository's own protected patterns. */
  readonly protectedPaths: readonly string[];
  /** Tool that the patch comes from, or null. */
  readonly tool: string | null;
}

/** Reads a patch and checks its form, size, paths and content. Never throws for what a patch may hold. */
export function inspectPatch(text: string, rules: PatchRules): Inspection {
  let patch: Patch;
  try {
    patch = parsePatch(text);
  } catch (error) {
    if (error instanceof PatchError) return refused({ rule: error.code, reason: error.message });
    throw error;
  }
  const paths = patch.map(pathOf);
  const changedLines = patch
    .flatMap((file) => file.hunks)
    .reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.kind !== 'context').length, 0);
  const refusal =
    firstOf(paths, unsafePath) ??
    tooLarge(paths.length, changedLines) ??
    collidingPaths(paths) ??
    firstOf(paths, (path) => protectedPath(path, rules.protectedPaths, rules.tool)) ??
    findWeakening(patch);
  if (refusal) return refused(refusal);
  return {
    ok: true,
    value: { patch, paths, changedLines, digest: patchDigest(patch), reverseDigest: reverseDigest(patch) },
  };
}

function refused(refusal: Refusal): Inspection {
  return { ok: false, refusal };
}

function firstOf(paths: readonly string[], check: (path: string) => Refusal | null): Refusal | null {
  for (const path of paths) {
    const refusal = check(path);
    if (refusal) return refusal;
  }
  return null;
}

function tooLarge(files: number, changedLines: number): Refusal | null {
  const rule = 'patch.too_large';
  if (files > PATCH_MAX_FILES) return { rule, reason: `the patch changes ${files} files` };
  if (changedLines > PATCH_MAX_CHANGED_LINES)
    return { rule, reason: `the patch changes ${changedLines} lines` };
  return null;
}
