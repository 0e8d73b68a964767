import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const logs = path.resolve(import.meta.dirname, '../../fixtures/logs');

interface Label {
  file: string;
  category: string;
  tool: string;
  locations: string[];
  patch: boolean;
}

const labels = readFileSync(path.join(logs, 'labels.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Label)
  .filter((label) => label.patch);

/** A changed line, in whatever way its tool marks it. */
const CHANGE = new RegExp(
  `Z (?:\\S*m)?[ \\d]*\\|?(?:${String.fromCharCode(27)}\\[[\\d;]*m)*[+-](?![+-])|Z .*│ [+-] `,
);

/** Files of a folder: path to bytes. */
function contents(folder: string): Record<string, string> {
  const names = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), readFileSync(file, 'latin1')];
    }),
  );
}

/** The patch must turn what the tool was run on into what the tool itself wrote, with git as the judge. */
describe('the patch of a log', () => {
  it('has a case for each dialect', () => {
    expect([...new Set(labels.map(({ tool }) => tool))].toSorted()).toEqual([
      ...[
        'autopep8',
        'biome',
        'black',
        'buildifier',
        'clang-format',
        'docformatter',
        'dprint',
        'git diff',
        'gofmt',
        'isort',
      ],
      ...['mix format', 'ormolu', 'php-cs-fixer', 'phpcs', 'ruff', 'rustfmt', 'shfmt', 'spotless'],
      ...['terraform fmt', 'yapf'],
    ]);
  });

  it.each(labels)(
    '$file applies, and gives what the tool would have written',
    async ({ file, tool, category, locations }) => {
      const log = readFileSync(path.join(logs, file));
      const { patch, ...diagnosis } = await analyzeLog(log);
      expect(diagnosis).toMatchObject({ category, tool, recommendation: 'apply_patch', transient: false });
      expect(diagnosis.diagnostics.map((it) => it.path).toSorted()).toEqual(locations.toSorted());
      using folder = temporaryFolder();
      const tree = path.join(folder.path, 'tree');
      cpSync(path.join(logs, path.dirname(file), 'before'), tree, { recursive: true });
      writeFileSync(path.join(folder.path, 'fix.patch'), patch ?? '');
      const git = (...args: string[]) =>
        execFileSync('git', ['apply', ...args, '../fix.patch'], { cwd: tree });
      git('--check');
      git();
      expect(contents(tree)).toEqual(contents(path.join(logs, path.dirname(file), 'after')));
    },
  );

  it.each(labels)(
    '$file: the same from a plain log, without timestamps, colours or steps',
    async ({ file }) => {
      const log = readFileSync(path.join(logs, file), 'utf8');
      const plain = log
        .split('\n')
        .map((line) =>
          line
            .replace(/^\S+Z /, '')
            .replace(new RegExp(`${String.fromCharCode(27)}(?:\\[[0-9;]*m|\\(B)`, 'g'), ''),
        )
        .filter((line) => !line.startsWith('##['))
        .join('\n');
      expect((await analyzeLog(plain)).patch).toBe((await analyzeLog(log)).patch);
    },
  );

  it.each(labels)('$file: none from a log that was cut off in the middle of it', async ({ file }) => {
    const lines = readFileSync(path.join(logs, file), 'utf8').split('\n');
    const lastChange = lines.findLastIndex((line) => CHANGE.test(line));
    expect(lastChange).toBeGreaterThan(0);
    const cut = lines.slice(0, lastChange).join('\n');
    expect((await analyzeLog(cut)).patch).toBeNull();
  });

  it('has a fixture for every label, and a label for every fixture', () => {
    const all = readFileSync(path.join(logs, 'labels.jsonl'), 'utf8').trim().split('\n');
    const named = all.map((line) => (JSON.parse(line) as Label).file).toSorted();
    expect(named.every((file) => existsSync(path.join(logs, file)))).toBe(true);
    expect(globSync('**/job.log', { cwd: logs }).toSorted()).toEqual(named);
  });
});
