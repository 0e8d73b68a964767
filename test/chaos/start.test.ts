import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import { HEEDING_PERMISSIONS } from '../support/permissions.ts';
import { run } from '../support/service/command.ts';
import { freePort } from '../support/service/free-port.ts';
import { privateKey } from '../support/service/private-key.ts';
import { serviceEnvironment } from '../support/service/service-process.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const main = path.resolve(import.meta.dirname, '../../src/cli/main.ts');

describe('a start that fails', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let file: string;

  beforeEach(() => {
    folder = temporaryFolder();
    file = path.join(folder.path, 'checkmend.db');
  });

  afterEach(() => folder[Symbol.dispose]());

  /** Starts the service, which must end with 1, one line in the log and one for a person; answers the logged error. */
  async function failedStart(port: number, before: readonly string[] = []): Promise<unknown> {
    const settings = {
      apiUrl: 'http://127.0.0.1:1',
      appId: '1',
      privateKey: privateKey(),
      webhookSecret: 's',
      port,
      dataDir: folder.path,
    };
    const [command = '', ...words] = [...before, process.execPath, main, 'start'];
    const child = spawn(command, words, {
      env: { ...serviceEnvironment(settings), LOG_LEVEL: 'fatal' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [lines, errors] = await Promise.all([
      child.stdout.setEncoding('utf8').toArray(),
      child.stderr.setEncoding('utf8').toArray(),
      once(child, 'close'),
    ]);
    expect(child.exitCode).toBe(1);
    expect(errors.join('')).toMatch(/^checkmend: [^\n]+\n$/);
    const printed = lines.join('').trim().split('\n');
    expect(printed).toHaveLength(1);
    const { msg, err } = JSON.parse(printed[0] ?? '') as { msg: string; err: unknown };
    expect(msg).toBe('start failed');
    return err;
  }

  it('because its key is none says so, and does not show it', async () => {
    const { code, stdout, stderr } = await run(['start'], {
      env: { APP_ID: '1', WEBHOOK_SECRET: 's', PORT: 'abc', PRIVATE_KEY_PATH: privateKey() },
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('PRIVATE_KEY_PATH: holds a key, not a path');
    expect(stderr).toContain('PORT: must be an integer of 0..65535');
    expect(stderr).not.toContain('BEGIN');
  });

  it('half way releases what it took', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    expect(await failedStart(port)).toMatchObject({ code: 'EADDRINUSE' });
    other.close();
    const queues = await SqliteQueueManager.open(file);
    expect(await queues.getQueueSize('pr_monitor')).toBe(0);
    await queues.close();
  });

  it('on a file that is no database names it, and leaves it as it is', async () => {
    writeFileSync(file, 'not a database, but long enough to be read as a header'.repeat(50));
    expect(await failedStart(await freePort())).toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(file),
    });
  });

  it('on a database that may not be written names it', async () => {
    await (await SqliteQueueManager.open(file)).close();
    chmodSync(file, 0o444);
    chmodSync(folder.path, 0o555);
    const error = await failedStart(await freePort(), HEEDING_PERMISSIONS);
    chmodSync(folder.path, 0o755);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(?:read_only|cannot_open)$/),
      message: expect.stringContaining(file),
    });
  });
});
