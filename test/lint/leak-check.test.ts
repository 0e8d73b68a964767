import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';
const CONFIG = 'test/support/leaks/planted/vitest.config.ts';

interface FileReport {
  name: string;
  status: string;
  message: string;
  assertionResults: { status: string }[];
}

/** What a run of the project's tests says of files that leak on purpose, by file. */
async function runPlanted(): Promise<Map<string, FileReport>> {
  using folder = temporaryFolder();
  const report = path.join(folder.path, 'report.json');
  const args = [VITEST, 'run', '--config', CONFIG, '--reporter=json', `--outputFile=${report}`];
  const { VITEST: _, ...env } = process.env;
  await expect(promisify(execFile)(process.execPath, args, { env })).rejects.toMatchObject({ code: 1 });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: FileReport[] };
  return new Map(testResults.map((file) => [path.basename(file.name, '.planted.ts'), file]));
}

describe('the leak check of every test file', () => {
  let files: Map<string, FileReport>;

  beforeAll(async () => {
    files = await runPlanted();
  });

  it('lets a file pass that closes what it opened', () => {
    expect(files.get('nothing')).toMatchObject({ status: 'passed' });
  });

  it.each([
    ['timer', /Timeout: 1, 0 before/],
    ['server', /TCPServerWrap: 1, 0 before/],
    ['listener', /on SIGTERM: 1, 0 before/],
    ['thread', /worker thread \d+: 1, 0 before/],
    ['child', /child process \d+ \(.*node\S*\): 1, 0 before/],
    ['database', /open file \S*left\.db.*: 1, 0 before/],
  ])('fails one that leaves a %s, though its tests pass', (name, leak) => {
    const file = files.get(name);
    expect(file).toMatchObject({ status: 'failed', assertionResults: [{ status: 'passed' }] });
    expect(file?.message).toMatch(leak);
  });

  it('is planted in as many files as are tried here', () => expect(files.size).toBe(7));
});
