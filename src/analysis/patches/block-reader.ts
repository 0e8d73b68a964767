import type { RepositoryPaths } from '../paths.ts';
import type { DialectResult } from './dialect.ts';
import { DIFF_LINES_MAX, type FileDiff } from './file-diff.ts';
import type { Hunk } from './hunk.ts';

/** What a tool prints about one file. */
export interface FileBlock<Row> {
  name: string;
  /** Line of the log, 1-based, where it begins. */
  line: number;
  rows: Row[];
  /** Something followed it: it was not cut off. */
  closed: boolean;
}

/** Collects the blocks of a tool that has a format of its own; bounded, whatever the log holds. */
export class FileBlocks<Row> {
  readonly blocks: FileBlock<Row>[] = [];
  damaged = false;
  #rows = 0;

  open(name: string, line: number): FileBlock<Row> {
    const block = { name, line, rows: [], closed: false };
    if (this.blocks.length < DIFF_LINES_MAX) this.blocks.push(block);
    else this.damaged = true;
    return block;
  }

  add(block: FileBlock<Row>, row: Row, cut: boolean): void {
    if (cut || ++this.#rows > DIFF_LINES_MAX) this.damaged = true;
    else block.rows.push(row);
  }

  /** @param hunksOf null where a block does not add up */
  result(
    { tool, proof, paths }: { tool: string; proof: DialectResult['cause']; paths: RepositoryPaths },
    hunksOf: (block: FileBlock<Row>) => Hunk[] | null,
  ): DialectResult {
    const files = this.blocks.map((block): FileDiff => {
      const hunks = block.closed ? hunksOf(block) : null;
      if (!hunks || hunks.length === 0) this.damaged = true;
      return { path: paths.relative(block.name), hunks: hunks ?? [], kind: 'change', line: block.line };
    });
    return { tool, files, proven: proof !== null && files.length > 0, cause: proof, damaged: this.damaged };
  }
}
