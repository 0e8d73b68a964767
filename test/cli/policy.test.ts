import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../support/service/command.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

async function check(content: string, ...options: string[]) {
  using folder = temporaryFolder();
  const file = path.join(folder.path, 'checkmend.yml');
  writeFileSync(file, content);
  return await run(['policy', 'check', file, ...options]);
}

describe('checkmend policy check', () => {
  it('says what a file comes to, defaults marked', async () => {
    const { code, stdout, stderr } = await check(
      'mode: fix\ncategories:\n  test: report\nprotected_paths: [db]\n',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('mode: fix, the cause is reported, patches are committed');
    expect(stdout).toContain('  categories.test: report, the cause is reported\n');
    expect(stdout).toContain('protected_paths: db, beside those that always are');
    expect(stdout).toContain('quiet_period: 60s (default), ');
  });

  it('says what becomes of one check, by which rule', async () => {
    const content = 'mode: fix\nchecks:\n  - name: "deploy *"\n    mode: off\n';
    const { stdout } = await check(content, '--check', 'deploy prod', '--category', 'format');
    expect(stdout).toContain(
      'check "deploy prod" failing with format: off, nothing is done (rule mode.off)\n',
    );
  });

  it('lists every problem, one line each, and ends with 1', async () => {
    const { code, stdout, stderr } = await check('mod: fix\nmin_confidence: 2\n');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/mod: unknown key, did you mean mode\?\n/);
    expect(stderr).toMatch(/min_confidence: /);
    expect(stderr).toMatch(/has 2 problems\n$/);
  });

  it('prints the whole policy as JSON', async () => {
    const { stdout } = await check('mode: report\n', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ mode: 'report', quietPeriodMs: 60_000 });
  });

  it('says so where there is no file', async () => {
    const { code, stderr } = await run(['policy', 'check', '/nonexistent/checkmend.yml']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^checkmend: [^\n]+\n$/);
  });
});
