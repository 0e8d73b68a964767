import type { RepositoryPaths } from '../paths.ts';
import { black } from './black.ts';
import type { Dialect } from './dialect.ts';
import { FormatterReader } from './formatter-diff.ts';
import { GitDiffReader } from './git-diff.ts';
import { gofmt } from './gofmt.ts';
import { isort } from './isort.ts';
import { ruff } from './ruff.ts';
import { RustfmtReader } from './rustfmt.ts';

/** One reader per dialect, for one log. */
export function createDialects(paths: RepositoryPaths): Dialect[] {
  return [
    ...[black, isort, ruff, gofmt].map((dialect) => new FormatterReader(dialect, paths)),
    new RustfmtReader(paths),
    new GitDiffReader(paths),
  ];
}
