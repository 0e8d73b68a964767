import type { CleanLine } from '../reader/clean.ts';
import type { FileDiff } from './file-diff.ts';
import type { UnifiedReader } from './unified-reader.ts';

/** What a dialect has found in a whole log. */
export interface DialectResult {
  /** Tool whose words they are. */
  tool: string;
  files: FileDiff[];
  /** The log shows that the tool wants these changes, not that somebody printed a diff. */
  proven: boolean;
  /** Line that says so best. */
  cause: { line: number; text: string } | null;
  /** Something of it was cut off or does not add up: nothing of it may be applied. */
  damaged: boolean;
}

/** Reads the diffs of one tool out of a log. */
export interface Dialect {
  /** It has to see the next line, whatever that holds. */
  readonly active: boolean;
  /** @param inDiff the line is part of a unified diff, which is read for all dialects at once */
  push(line: CleanLine, inDiff: boolean): void;
  /** @param unified all unified diffs of the log */
  end(unified: UnifiedReader): DialectResult;
}
