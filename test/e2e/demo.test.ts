import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { gitDiff } from '../../scripts/demo/git-diff.ts';
import { runProgram } from '../support/service/command.ts';

const root = path.resolve(import.meta.dirname, '../..');
const format = (file: string) => readFileSync(path.join(root, 'fixtures/demo/format', file));

it('the demo plays its three stories, shows the diff of the commit, and ends with 0', async () => {
  const { code, stdout, stderr } = await runProgram(path.join(root, 'scripts/demo.ts'), ['--once']);
  expect([code, stderr]).toEqual([0, '']);
  const shown = stripVTControlCharacters(stdout);
  const diff = gitDiff('prices.py', format('before/prices.py'), format('after/prices.py'));
  expect(diff).toMatch(/^\+def total\(items: list, discount=Decimal\("0"\)\) -> Decimal:$/m);
  for (const line of diff.trimEnd().split('\n')) expect(shown).toContain(`     ${line}\n`);
  expect(shown).toContain('=> committed');
  expect(shown).toContain('=> re-ran the failed job');
  expect(shown).toContain('=> reported, no commit');
});
