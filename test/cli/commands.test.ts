import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { FIX_AT_ONCE, REPOSITORY, Stage, until } from '../e2e/support.ts';
import { run } from '../support/service/command.ts';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const logs = path.resolve(import.meta.dirname, '../../fixtures');

describe('the command line', () => {
  it('lists its commands, and says its version', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of [
      'setup',
      'dev',
      'record',
      'deliveries',
      'start',
      'serve',
      'work',
      'status',
      'why',
      'scoreboard',
      'pause',
      'resume',
      'policy',
      'replay',
      'analyze',
      'eval',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it.each([
    ['an unknown command', ['strat']],
    ['an unknown option', ['status', '--jsno']],
    ['a missing argument', ['analyze']],
    ['an unknown queue', ['work', '--queues', 'nowhere']],
    ['a number out of range', ['start', '--concurrency', '0']],
    ['pausing nothing in particular', ['pause']],
  ])('%s: one line on standard error, and 2', async (_, args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^checkmend: error: [^\n]+\n$/);
  });

  it('lists everything that is missing, and how to get it', async () => {
    const { code, stderr } = await run(['start']);
    expect(code).toBe(1);
    for (const name of ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET'])
      expect(stderr).toContain(`- ${name} is missing: `);
  });
});

describe('checkmend analyze', () => {
  const log = path.join(logs, 'demo/test/job.log');

  it('prints a page for a person', async () => {
    const { code, stdout, stderr } = await run(['analyze', log]);
    expect(code).toBe(0);
    expect(stdout).toContain('A test failed');
    expect(stdout).toContain('tests/test_stock.py::test_reserve_refuses_more_than_there_is');
    expect(stderr).toMatch(/^\d+ lines in \d+ ms\n$/);
  });

  it('prints exactly the documented object with --json, also from standard input', async () => {
    const { stdout } = await run(['analyze', '-', '--json'], {
      input: 'FAILED tests/test_a.py::test_b - boom\n',
    });
    const diagnosis: unknown = JSON.parse(stdout);
    expect(Object.keys(diagnosis as object)).toEqual([
      'category',
      'confidence',
      'tool',
      'summary',
      'root_cause',
      'evidence',
      'diagnostics',
      'failed_tests',
      'patch',
      'recommendation',
      'transient',
      'fingerprint',
      'stats',
    ]);
    expect(diagnosis).toMatchObject({ category: 'test', stats: { lines: 1, bytes: 38 } });
  });

  it('prints only the patch with --patch, and ends with 1 where there is none', async () => {
    const { code, stdout } = await run(['analyze', '--patch', path.join(logs, 'demo/format/job.log')]);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'diff --git a/prices.py b/prices.py']);
    expect(await run(['analyze', '--patch', log])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('checkmend: the log proves no patch\n'),
    });
  });

  it('ends quietly when nobody reads on', async () => {
    using folder = temporaryFolder();
    const lines = Array.from({ length: 100_000 }, (_, n) => `+line ${n}`).join('\n');
    const log = path.join(folder.path, 'long.log');
    writeFileSync(
      log,
      `diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,100000 @@\n${lines}\n`,
    );
    const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts');
    const shell = spawn(
      'bash',
      ['-c', `set -o pipefail; "${process.execPath}" "${main}" analyze --json "${log}" | head -c 1`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const errors = shell.stderr.setEncoding('utf8').toArray();
    shell.stdout.resume();
    await once(shell, 'close');
    expect(shell.exitCode).toBe(0);
    expect((await errors).join('')).not.toMatch(/error/i);
  });

  it('says so when there is no such file', async () => {
    expect(await run(['analyze', '/nowhere/job.log'])).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('beside a running service', () => {
  let stage: Stage | undefined;
  let service: ServiceProcess | undefined;

  afterEach(async () => {
    await service?.end('SIGTERM');
    await stage?.[Symbol.asyncDispose]();
  });

  it('why, status, pause and resume', async () => {
    stage = await Stage.set(FIX_AT_ONCE);
    service = await stage.start();
    const env = { DATA_DIR: stage.settings.dataDir };
    expect(await run(['pause', '--all'], { env })).toMatchObject({ code: 0, stderr: '' });
    const pull = await stage.openPricesPull();
    await stage.failFormat(pull.headSha);
    const read = async () => JSON.parse((await run(['status', '--json'], { env })).stdout);
    await until(async () => ((await read()).queues.check_analyzer.ready === 1 ? true : null));
    expect(await read()).toMatchObject({
      queues: {
        pr_monitor: { paused: true },
        check_analyzer: { paused: true, ready: 1 },
        fix_applicator: { paused: true },
      },
      processes: [
        {
          role: 'start',
          workers: expect.arrayContaining([
            expect.objectContaining({ name: 'pr-monitor', state: 'running' }),
            expect.objectContaining({ name: 'fix-applicator', state: 'running' }),
          ]),
        },
      ],
      deliveryCounts: { open: 0, dead: 0 },
    });
    expect((await run(['status'], { env })).stdout).toContain('check_analyzer (paused)');
    expect(await stage.fixCommits()).toEqual([]);
    expect((await run(['resume', '--all'], { env })).stdout).toBe('resumed\n');
    await stage.report(pull.headSha);
    expect(await stage.fixCommits()).toHaveLength(1);
    const { code, stdout } = await run(['why', `${REPOSITORY}#${pull.number}`], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/verdict {4}.*\[mode\.fix\]/);
    expect(stdout).toMatch(/action {5}.*Committed/);
    const lines = (await run(['why', `${REPOSITORY}#${pull.number}`, '--json'], { env })).stdout
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toContain('diagnosis');
  });

  it('pauses a pull request, or a repository, and resumes it', async () => {
    const set = await Stage.set(FIX_AT_ONCE);
    stage = set;
    service = await set.start();
    const env = { DATA_DIR: set.settings.dataDir };
    const pull = await set.openPricesPull();
    const name = `${REPOSITORY}#${pull.number}`;
    const checkmend = async (...args: string[]) => await run(args, { env });
    const paused = async () => (await checkmend('why', name)).stdout.split('[paused]').length - 1;
    await until(async () => ((await checkmend('pause', name)).code === 0 ? true : null));
    await set.failFormat(pull.headSha);
    await until(async () => ((await paused()) === 1 ? true : null));
    expect(await checkmend('resume', name)).toMatchObject({ code: 0, stdout: `resumed ${name}\n` });
    expect(await checkmend('pause', REPOSITORY)).toMatchObject({ code: 0 });
    await set.failFormat(pull.headSha);
    await until(async () => ((await paused()) === 2 ? true : null));
    expect(await set.fixCommits()).toEqual([]);
    expect(await checkmend('resume', REPOSITORY)).toMatchObject({ code: 0 });
    await set.failFormat(pull.headSha);
    await until(async () => ((await set.fixCommits()).length > 0 ? true : null));
    expect(await checkmend('pause', 'acme/none')).toMatchObject({
      code: 1,
      stderr: 'checkmend: nothing is known of acme/none\n',
    });
  });

  it('why of what nobody knows, or of what is no pull request, ends with 1', async () => {
    using folder = temporaryFolder();
    const env = { DATA_DIR: folder.path };
    for (const args of [['why', 'acme/shop#7'], ['status'], ['pause', '--all']]) {
      expect(await run(args, { env })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^checkmend: there is no database at \S+checkmend\.db: .*DATA_DIR.*\n$/,
        ),
      });
    }
    expect(readdirSync(folder.path)).toEqual([]);
    const store = await openSqliteStore({ path: path.join(folder.path, 'checkmend.db'), clock: systemClock });
    await store.close();
    expect(await run(['why', 'acme/shop#7'], { env })).toMatchObject({
      code: 1,
      stderr: 'checkmend: nothing is known of acme/shop#7\n',
    });
    expect(await run(['why', 'acme/shop'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('OWNER/REPO#NUMBER'),
    });
  });
});
