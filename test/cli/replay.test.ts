import { globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../e2e/support.ts';
import { run } from '../support/service/command.ts';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const folder = path.resolve(import.meta.dirname, '../../fixtures/webhooks');
const count = globSync('*.http', { cwd: folder }).length;

describe('checkmend replay fixtures/webhooks', () => {
  let stage: Stage;
  let service: ServiceProcess;
  const replay = (
    args: readonly string[],
    env: Record<string, string> = { WEBHOOK_SECRET: stage.settings.webhookSecret },
  ) => run(['replay', folder, '--to', service.webhookUrl, ...args], { env });

  beforeAll(async () => {
    stage = await Stage.set(null);
    service = await stage.start();
  });

  afterAll(async () => {
    await service.end('SIGTERM');
    await stage[Symbol.asyncDispose]();
  });

  it('has all accepted by a running service', async () => {
    const { code, stdout, stderr } = await replay(['--keep-ids', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      sent: count,
      accepted: count,
      duplicate: 0,
      refused: 0,
      failed: 0,
      p50_ms: expect.any(Number),
      p99_ms: expect.any(Number),
    });
  });

  it('has all reported as duplicates when the original ids are kept', async () => {
    const { code, stdout } = await replay(['--keep-ids']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(`^sent ${count}, accepted 0, duplicate ${count}, refused 0`),
    ]);
  });

  it('has all accepted again under fresh ids', async () => {
    expect(JSON.parse((await replay(['--json'])).stdout)).toMatchObject({ sent: count, accepted: count });
  });

  it('takes the secret from a file, and never from the command line', async () => {
    const file = path.join(stage.settings.dataDir, 'secret');
    writeFileSync(file, `${stage.settings.webhookSecret}\n`);
    expect((await replay(['--secret-file', file, '--keep-ids'], {})).code).toBe(0);
    expect(await replay(['--secret', 'x'], {})).toMatchObject({ code: 2, stdout: '' });
    expect(await replay([], {})).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('WEBHOOK_SECRET is missing'),
    });
  });

  it('says what was refused, and ends with 1', async () => {
    const { code, stdout, stderr } = await replay([], { WEBHOOK_SECRET: 'wrong' });
    expect([code, stdout]).toEqual([1, expect.stringContaining(`refused ${count}`)]);
    expect(stderr.trim().split('\n')).toHaveLength(count + 1);
    expect(stderr).toContain('401 x-hub-signature-256 is missing or wrong');
  });

  it('names the file that is no recording, and the address that is none', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'bad.http');
    writeFileSync(file, 'garbage');
    const env = { WEBHOOK_SECRET: 's' };
    expect(await run(['replay', file, '--to', 'http://127.0.0.1:9'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`checkmend: ${file}: line 1: `),
    });
    expect((await run(['replay', file, '--to', 'nonsense'], { env })).code).toBe(2);
  });

  it('says so when a name leads to no recording', async () => {
    const to = ['--to', service.webhookUrl];
    const { code, stderr } = await run(['replay', import.meta.dirname, ...to], {
      env: { WEBHOOK_SECRET: 's' },
    });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^checkmend: .* has no \.http file\n$/)]);
  });
});
