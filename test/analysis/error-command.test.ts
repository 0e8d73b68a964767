import { expect, it } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';

it.each([
  ['::error file=src/a.ts,line=3,col=7::Unexpected any', { path: 'src/a.ts', line: 3, column: 7 }],
  [
    '::error title=Lint,file=src/a.ts,line=3,endLine=4::Unexpected any',
    { path: 'src/a.ts', line: 3, column: null },
  ],
  ['::error file=/home/runner/work/shop/shop/src/a.ts::Unexpected any', { path: 'src/a.ts', line: null }],
])('reads the place of a workflow command: %s', async (command, place) => {
  const { diagnostics, root_cause } = await analyzeLog(`building\n${command}\n`);
  expect(diagnostics).toEqual([expect.objectContaining({ ...place, message: 'Unexpected any' })]);
  expect(root_cause).toEqual({ line: 2, text: command });
});

it('takes no place outside of the tree from one', async () =>
  expect((await analyzeLog('::error file=../../etc/passwd,line=1::boom\n')).diagnostics).toEqual([]));

it('lists a place once that a job which tries thrice names thrice', async () => {
  const { diagnostics } = await analyzeLog('::error file=src/a.ts,line=3::boom\nRetrying\n'.repeat(3));
  expect(diagnostics).toHaveLength(1);
});
