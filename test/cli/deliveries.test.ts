import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { DATABASE_FILE } from '../../src/service/state.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import { Stage, until } from '../e2e/support.ts';
import { run } from '../support/service/command.ts';
import { ServiceProcess, serviceEnvironment } from '../support/service/service-process.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/webhooks');

let stage: Stage;
let service: ServiceProcess | undefined;
const env = () => serviceEnvironment(stage.settings);

beforeAll(async () => {
  stage = await Stage.set(null);
});
afterEach(async () => {
  await service?.end('SIGTERM');
});
afterAll(() => stage[Symbol.asyncDispose]());

const replay = async (...args: string[]) => {
  const to = ['--to', service?.webhookUrl ?? ''];
  const result = await run(['replay', ...args, ...to, '--json'], { env: env() });
  return { ...result, summary: JSON.parse(result.stdout) as Record<string, number> };
};

describe('recording', () => {
  it('checkmend record writes what it takes, and does nothing else; replay can send it', async () => {
    const folder = path.join(stage.settings.dataDir, 'taken');
    service = await ServiceProcess.start({ ...stage.settings, command: ['record', folder] });
    const { summary } = await replay(fixtures, '--keep-ids');
    const files = readdirSync(folder);
    expect(files).toHaveLength(summary.sent ?? 0);
    expect(files[0]).toMatch(/^\d{8}T\d+-000001-ping\.http$/);
    expect(statSync(path.join(folder, files[0] ?? '')).mode & 0o777).toBe(0o600);
    expect(readdirSync(stage.settings.dataDir)).not.toContain(DATABASE_FILE);
    expect((await replay(folder, '--concurrency', '4')).summary).toMatchObject({
      accepted: summary.sent,
      refused: 0,
    });
  });

  it('RECORD_DIR has a service write down what it works on, once', async () => {
    const folder = path.join(stage.settings.dataDir, 'worked-on');
    service = await ServiceProcess.start({
      ...stage.settings,
      command: ['serve'],
      env: { RECORD_DIR: folder },
    });
    await replay(fixtures, '--keep-ids');
    const again = await replay(fixtures, '--keep-ids');
    expect(again.summary.duplicate).toBe(again.summary.sent);
    expect(readdirSync(folder)).toHaveLength(again.summary.sent ?? 0);
  });
});

describe('replay', () => {
  it('loses, doubles and mixes by a seed', async () => {
    service = await stage.start('serve');
    const args = ['--shuffle', '--duplicate', '0.5', '--drop', '0.3', '--seed', '11'];
    const { summary } = await replay(fixtures, ...args);
    expect(summary).toMatchObject({ dropped: expect.any(Number), refused: 0, failed: 0 });
    expect(summary.dropped).toBeGreaterThan(0);
    expect(summary.duplicate).toBeGreaterThan(0);
    expect((await replay(fixtures, ...args)).summary).toMatchObject({
      sent: summary.sent,
      dropped: summary.dropped,
      duplicate: summary.duplicate,
    });
  });

  it('keeps to a rate', async () => {
    service = await stage.start('serve');
    const startedAt = performance.now();
    const { summary } = await replay(fixtures, '--rate', '20', '--concurrency', '8');
    expect(performance.now() - startedAt).toBeGreaterThan(((summary.sent ?? 0) - 1) * 50);
  });

  it.each([
    ['--drop', '2'],
    ['--seed', '1.5'],
  ])('refuses %s %s', async (...words) => {
    const { code, stderr } = await run(['replay', fixtures, '--to', 'http://127.0.0.1:9', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^checkmend: error: [^\n]+ must be [^\n]+\n$/)]);
  });
});

describe('checkmend deliveries', () => {
  const deliveries = (...args: string[]) => run(['deliveries', ...args], { env: env() });

  it('lists and shows what was taken', async () => {
    service = await stage.start('serve');
    const guid = (
      await stage.github.hooks.send('ping', { zen: 'Keep it\u001b[31m logically awesome.', hook_id: 1 })
    ).guid;
    const { stdout } = await deliveries('list', '--limit', '3');
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`done +ping +0 +${guid} +pong$`));
    const listed = (await deliveries('list', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed.find((it) => it.guid === guid)).toMatchObject({ event: 'ping', status: 'done' });
    const shown = await deliveries('show', guid);
    expect(shown.stdout).toContain('x-github-event: ping');
    expect(shown.stdout).not.toContain('\u001b');
    const json = JSON.parse((await deliveries('show', guid, '--json')).stdout);
    expect(json).toMatchObject({ guid, payload: { hook_id: 1 } });
    expect(await deliveries('show', 'nothing')).toMatchObject({
      code: 1,
      stderr: 'checkmend: no delivery nothing is known\n',
    });
  });

  it('takes up again what was given up, and what only GitHub knows', async () => {
    stage.github.hooks.setTarget(null);
    const pull = await stage.openPricesPull();
    const missed = await until(
      async () => stage.github.hooks.log.find(({ action }) => action === 'opened')?.guid ?? null,
    );
    expect((await deliveries('redeliver', missed)).stdout).toMatch(/taken: 1 messages queued/);
    expect((await deliveries('redeliver', missed)).stdout).toMatch(/was done before/);

    const file = path.join(stage.settings.dataDir, DATABASE_FILE);
    const store = await openSqliteStore({ path: file, clock: systemClock });
    const record = await store.deliveries.find(stage.github.app.id, missed);
    if (!record) throw new Error('it is stored');
    await store.deliveries.receive({ ...record, guid: 'given-up' });
    const failure = { note: 'no luck', nextAttemptAt: 0, maxAttempts: 1 };
    expect(await store.deliveries.markFailed(record.appId, 'given-up', failure)).toBe('dead');
    await store.close();
    expect((await deliveries('list', '--dead')).stdout).toMatch(/dead +pull_request\.opened .*no luck/);
    expect((await deliveries('redeliver', '--dead', '--json')).stdout).toContain(
      '"id":"given-up","status":"accepted"',
    );
    expect((await deliveries('list', '--dead')).stdout).toBe('');
    expect(pull.number).toBeGreaterThan(0);

    const unknown = await deliveries('redeliver', 'no-such-id');
    expect([unknown.code, unknown.stdout]).toEqual([
      1,
      expect.stringContaining('neither the store nor GitHub'),
    ]);
  });
});

describe('checkmend reconcile', () => {
  it('has a repository looked at, though no delivery told of anything', async () => {
    stage.github.hooks.setTarget(null);
    const { number } = await stage.github.scenario.openPullRequest('acme/shop', {
      branch: 'unseen',
      files: { unseen: '' },
    });
    service = await stage.start();
    stage.github.hooks.setTarget(null);
    const file = path.join(stage.settings.dataDir, DATABASE_FILE);
    const store = await openSqliteStore({ path: file, clock: systemClock });
    // The installation is known by its own events.
    const { id } = (await stage.github.scenario.request('acme/shop', 'GET /repos/acme/shop')) as {
      id: number;
    };
    const { installationId } = stage.github.app;
    await store.installations.upsert({ id: installationId, account: 'acme', suspended: false });
    const repository = { id: String(id), installationId, owner: 'acme', name: 'shop', private: false };
    await store.installations.addRepositories([repository]);
    const { stdout } = await run(['reconcile', 'ACME/shop'], { env: env() });
    expect(stdout).toBe('ACME/shop will be looked at\n');
    await until(() => store.pullRequests.find(String(id), number));
    await store.close();
    const unknown = await run(['reconcile', 'acme/other'], { env: env() });
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      'checkmend: the App is not installed on acme/other\n',
    ]);
  });
});
