import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';

const logs = path.resolve(import.meta.dirname, '../../fixtures/logs');

/** The diagnosis of a fixture after a change of its text. */
async function changed(name: string, change: (log: string) => string) {
  const log = readFileSync(path.join(logs, name, 'job.log'), 'utf8');
  const after = change(log);
  expect(after).not.toBe(log);
  return analyzeLog(after);
}

const refused = { category: 'format', recommendation: 'run_fixer', patch: null };

describe('a diff that is drawn in a format of its own', () => {
  it('is not taken from Spotless when a part of it was left out', async () => {
    for (const line of [
      "    ... (12 more lines that didn't fit)",
      '    Violations also present in 14 other files.',
    ])
      expect(
        await changed('java/spotless-diff', (log) => log.replace('  Run ', `  ${line}\n  Run `)),
      ).toMatchObject({ ...refused, tool: 'spotless' });
  });

  it('is not taken from Spotless when a tab cannot be told from an escape, or line ends are drawn', async () => {
    const escaped = (log: string) => log.replace('+········int·t·=·0;', '+········int·t·=·"\\t";');
    const ends = (log: string) => log.replaceAll(/([+-]········int·t\S*;)/g, '$1\\r');
    for (const change of [escaped, ends])
      expect(await changed('java/spotless-diff', change)).toMatchObject({ ...refused, tool: 'spotless' });
  });

  it('is taken from Spotless in Maven, which marks every line', async () => {
    const inMaven = (log: string) =>
      log
        .replace('> The following', '[ERROR] Failed to execute goal com.diffplug.spotless: The following')
        .replaceAll(/Z {2}( {4}.*)/g, 'Z [ERROR] $1')
        .replace('  Run ', '[ERROR] Run ');
    const { patch } = await analyzeLog(readFileSync(path.join(logs, 'java/spotless-diff/job.log')));
    expect((await changed('java/spotless-diff', inMaven)).patch).toBe(patch);
  });

  it('is not taken from mix format when the last row is the end of the file, or a carriage return is drawn', async () => {
    const end = (log: string) => log.replace(/\n(\S+Z )5 5 {2}\|end\n\S+Z {6}\|/, '\n$15 5  |end\n$1  6 +|');
    const mark = (log: string) => log.replace('length xs', 'length xs↵');
    for (const change of [end, mark])
      expect(await changed('elixir/format-diff', change)).toMatchObject({ ...refused, tool: 'mix format' });
  });

  it('is not taken from dprint when a file differs by its line ends, or its block has no end', async () => {
    const ends = (log: string) =>
      log.replace(/\n(\S+Z )--\n/, '\n$1 | Text differed by line endings.\n$1--\n');
    const open = (log: string) => log.replace(/\n\S+Z --\n/, '\n');
    for (const change of [ends, open])
      expect(await changed('javascript/dprint', change)).toMatchObject({ ...refused, tool: 'dprint' });
  });

  it('is not taken from Ormolu when the last row is the end of the file', async () =>
    expect(
      await changed('haskell/ormolu', (log) =>
        log.replace('@@ -1,6 +1,4 @@', '@@ -1,6 +1,5 @@').replace(/(\n\S+Z )( {2}count = length)/, '$1$2$1+'),
      ),
    ).toMatchObject({ ...refused, tool: 'ormolu' }));

  it('is not taken from clang-format-diff when a file has no line feed at its end', async () =>
    expect(
      await changed('cpp/clang-format-diff', (log) =>
        log.replace(/(-int total\( std::vector<int> \);)\n\S+Z (\+int)/, '$1$2'),
      ),
    ).toMatchObject({ ...refused, tool: 'clang-format' }));

  it('is none where only the changed lines are shown, as deno fmt does: git would not know where they stand', async () =>
    expect(await analyzeLog(readFileSync(path.join(logs, 'javascript/deno-fmt/job.log')))).toMatchObject({
      ...refused,
      tool: 'deno fmt',
    }));
});
