import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** What a user gets: the packed package, installed in an empty folder. */
describe('the package', () => {
  const folder = temporaryFolder();
  const home = path.join(folder.path, 'app');
  const bin = path.join(home, 'node_modules/checkmend/bin/checkmend.js');

  beforeAll(() => {
    const npm = (args: string[], cwd: string) =>
      execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const packed = npm(['pack', '--json', '--pack-destination', folder.path], root);
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('[\n'))) as [{ filename: string }];
    mkdirSync(home);
    writeFileSync(path.join(home, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
    npm(['install', '--no-audit', '--no-fund', '--prefer-offline', path.join(folder.path, filename)], home);
  }, 240_000);

  afterAll(() => folder[Symbol.dispose]());

  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: home, encoding: 'utf8' });

  it('says its version', () => {
    expect(run(bin, '--version')).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' });
  });

  it('analyses a log', () => {
    const log = path.join(root, 'fixtures/demo/format/job.log');
    const { status, stdout } = run(bin, 'analyze', '--json', log);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      category: 'format',
      tool: 'black',
      recommendation: 'apply_patch',
    });
  });

  it('carries a message through a durable queue', () => {
    const program = path.join(home, 'round-trip.js');
    writeFileSync(program, ROUND_TRIP);
    expect(run(program)).toMatchObject({ status: 0, stdout: 'hello 0\n', stderr: '' });
  });

  it('tells an older Node in one line what it needs', () => {
    const older = path.join(home, 'older.cjs');
    writeFileSync(older, "Object.defineProperty(process.versions, 'node', { value: '20.20.2' });");
    const { status, stdout, stderr } = run('--require', older, bin, '--version');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^checkmend needs Node\.js 24 or newer; this is v\d+\.\d+\.\d+\.\n$/);
  });
});

const ROUND_TRIP = `
import { EventWorker, SqliteQueueManager, WorkerManager } from 'checkmend';
import { ManualClock } from 'checkmend/testing';

new ManualClock();
const queues = await SqliteQueueManager.open('queue/queue.db');
const message = { id: 'a', type: 'greet', payload: { to: 'hello' }, priority: 5, retryCount: 0, maxRetries: 3, timestamp: 1 };
await queues.sendMessage('greetings', message);
const { promise, resolve } = Promise.withResolvers();
const worker = new EventWorker({ name: 'greeter', queue: 'greetings', queues });
worker.registerHandler('greet', (received) => {
  resolve(received.payload.to);
  return true;
});
const manager = new WorkerManager().register(worker);
manager.startAll();
const word = await promise;
await manager.stopAll();
console.log(word, await queues.getQueueSize('greetings'));
await queues.close();
`;
