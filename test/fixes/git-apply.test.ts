import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { gitApplyCommand } from '../../src/fixes/git-apply.ts';

test.each([
  ['a plain patch', 'two'],
  ['what a shell would expand', '$(touch owned) `touch owned` $HOME \\n'],
])('%s is applied as it is', (_name, line) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'apply-'));
  try {
    writeFileSync(path.join(folder, 'a.txt'), 'one\nPATCH\n');
    const patch = `--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n-one\n+${line}\n PATCH\n`;
    const command = gitApplyCommand(patch);
    execFileSync('sh', ['-c', command], { cwd: folder, env: { PATH: process.env.PATH, HOME: '/nowhere' } });
    expect(readFileSync(path.join(folder, 'a.txt'), 'utf8')).toBe(`${line}\nPATCH\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('no line of the patch ends it', () => {
  expect(gitApplyCommand('x\nPATCH\nPATCH_1\n')).toBe("git apply <<'PATCH_2'\nx\nPATCH\nPATCH_1\nPATCH_2\n");
});

test('nor one that becomes another without its control characters', () => {
  expect(gitApplyCommand('PA\u0001TCH\n')).toBe("git apply <<'PATCH_1'\nPATCH\nPATCH_1\n");
});
