import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for git as the oracle; remove it with `remove`. */
export interface GitFolder {
  /** Unified diff of two contents under the name `file.txt`. */
  diff(from: string, to: string, context: number): string;
  /** What `git apply` makes of the content, or null when it refuses. */
  apply(content: string, patch: string): string | null;
  remove(): void;
}

export function createGitFolder(): GitFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'patch-'));
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: tmpdir(),
  };
  const file = (name: string) => path.join(folder, name);
  return {
    diff(from, to, context) {
      writeFileSync(file('from'), from);
      writeFileSync(file('to'), to);
      const args = ['diff', '--no-index', '--no-color', `-U${context}`, 'from', 'to'];
      const { stdout } = spawnSync('git', args, { cwd: folder, env, encoding: 'utf8' });
      return stdout
        .replace(/^diff --git .*\n/, 'diff --git a/file.txt b/file.txt\n')
        .replace(/^--- a\/from$/m, '--- a/file.txt')
        .replace(/^\+\+\+ b\/to$/m, '+++ b/file.txt');
    },
    apply(content, patch) {
      writeFileSync(file('file.txt'), content);
      try {
        execFileSync('git', ['apply', '--whitespace=nowarn', '-'], {
          cwd: folder,
          env,
          input: patch,
          stdio: ['pipe', 'ignore', 'ignore'],
        });
      } catch {
        return null;
      }
      return readFileSync(file('file.txt'), 'utf8');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
