import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Unified diff of one file from its content at one commit to that at another, as git shows it; empty if equal. */
export function gitDiff(file: string, before: Buffer, after: Buffer): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'checkmend-diff-'));
  try {
    for (const [side, content] of Object.entries({ a: before, b: after })) {
      mkdirSync(path.join(folder, side, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, side, file), content);
    }
    const options = ['--no-index', '--no-color', '--no-ext-diff', '--no-prefix'];
    const { stdout, error } = spawnSync('git', ['diff', ...options, `a/${file}`, `b/${file}`], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (error) throw error;
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
