import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');

/** A lint rule that nobody has seen fail is no rule: each is planted once in a copy of the layout. */
describe('the lint rules', () => {
  let tree: string;

  beforeEach(() => {
    tree = mkdtempSync(path.join(tmpdir(), 'checkmend-lint-'));
    cpSync(path.join(root, 'biome.json'), path.join(tree, 'biome.json'));
    writeFileSync(path.join(tree, '.gitignore'), 'node_modules/\n');
    write('src/github/app.ts', 'export const app = 1;\n');
  });

  afterEach(() => rmSync(tree, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
    writeFileSync(path.join(tree, file), text);
  }

  function lint(): { status: number | null; rules: string[] } {
    const run = spawnSync(process.execPath, [biome, 'lint', '--reporter=json', '--error-on-warnings', '.'], {
      cwd: tree,
      encoding: 'utf8',
    });
    const report: unknown = JSON.parse(run.stdout);
    const diagnostics = (report as { diagnostics: { category: string }[] }).diagnostics;
    return { status: run.status, rules: diagnostics.map((diagnostic) => diagnostic.category) };
  }

  it('pass a tree that keeps them', () => {
    write('workers/monitor.ts', "import { app } from '../src/github/app.ts';\nexport const worker = app;\n");
    expect(lint()).toEqual({ status: 0, rules: [] });
  });

  it.each([
    ['src/queue/redis.ts', '../github/app.ts'],
    ['src/messages/a.ts', '../queue/b.ts'],
    ['src/worker/a.ts', '../events/b.ts'],
    ['src/analysis/a.ts', '../github/app.ts'],
    ['src/analysis/a.ts', '../queue/b.ts'],
    ['src/store/a.ts', '../web/b.ts'],
    ['src/fixes/a.ts', '../../workers/b.ts'],
    ['src/web/a.ts', '../cli/b.ts'],
    ['src/errors.ts', './queue/b.ts'],
    ['handlers/a.ts', '../src/github/app.ts'],
    ['workers/a.ts', '../src/cli/b.ts'],
  ])('refuse an upward import: %s of %s', (file, specifier) => {
    write(file, `import { app } from '${specifier}';\nexport const x = app;\n`);
    const { status, rules } = lint();
    expect(status).not.toBe(0);
    expect(rules).toContain('lint/style/noRestrictedImports');
  });

  it.each(['import', 'import type'])('refuse a cycle: %s', (word) => {
    write('src/queue/a.ts', `${word} { b } from './b.ts';\nexport const a = (it: typeof b) => it;\n`);
    write('src/queue/b.ts', `${word} { a } from './a.ts';\nexport const b = (it: typeof a) => it;\n`);
    const { status, rules } = lint();
    expect(status).not.toBe(0);
    expect(rules).toContain('lint/suspicious/noImportCycles');
  });

  it('refuse a file of 301 lines, in the product and in tests', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, n) => `export const v${n} = ${n};\n`).join('');
    write('src/queue/long.ts', lines(300));
    write('test/long.test.ts', lines(300));
    expect(lint().rules).toEqual([]);
    write('src/queue/long.ts', lines(301));
    write('test/long.test.ts', lines(301));
    const { status, rules } = lint();
    expect(status).not.toBe(0);
    expect(rules).toEqual(['lint/style/noExcessiveLinesPerFile', 'lint/style/noExcessiveLinesPerFile']);
  });

  it('refuse a function of 61 lines, but not in tests', () => {
    const body = (count: number) =>
      `export function long(): number {\n  let sum = 0;\n${'  sum += 1;\n'.repeat(count - 4)}  return sum;\n}\n`;
    write('src/queue/page.ts', body(60));
    write('test/page.test.ts', body(61));
    expect(lint().rules).toEqual([]);
    write('src/queue/page.ts', body(61));
    const { status, rules } = lint();
    expect(status).not.toBe(0);
    expect(rules).toEqual(['lint/complexity/noExcessiveLinesPerFunction']);
  });

  it('refuse a promise that nobody waits for, and any', () => {
    write(
      'src/queue/loose.ts',
      'export const later = async () => 1;\nlater();\nexport const loose: any = 1;\n',
    );
    expect(lint().rules.toSorted()).toEqual([
      'lint/nursery/noFloatingPromises',
      'lint/suspicious/noExplicitAny',
    ]);
  });
});
