import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import type { PRMonitorPayload } from '../../src/messages/payloads.ts';
import { PRMonitorMessage } from '../../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { deadLetters, drain } from '../fixes/support/drain.ts';
import { createWorld, type World } from '../fixes/support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function monitor(changes: Partial<PRMonitorPayload> = {}, timestamp = world.clock.now()) {
  const target = { installation_id: '2', repository_id: '3', owner: 'octo', repo: 'app' };
  const payload = { ...target, head_sha: world.head, pr_number: 5, force_refresh: false, ...changes };
  const message = new PRMonitorMessage(payload, { timestamp, correlationId: 'guid-2' }).toWorkerMessage();
  await world.queues.sendMessage(QUEUES.prMonitor, message as unknown as WorkerMessage);
  await drain(world);
}

function change(changes: object): void {
  const known = world.github.pullRequests.get(5);
  if (known) world.github.pullRequests.set(5, { ...known, ...changes });
}

async function stored() {
  return await world.store.pullRequests.find('3', 5);
}

const names = () => world.published.map(({ name }) => name);

describe('check_pull_request', () => {
  test('stores what GitHub says', async () => {
    change({ labels: ['bug'], draft: true });
    await monitor();
    expect(await stored()).toMatchObject({
      id: '4005',
      installationId: '2',
      owner: 'octo',
      state: 'open',
      headSha: world.head,
      labels: ['bug'],
      draft: true,
      fork: false,
    });
    expect(names()).toEqual(['pr.created']);
    const [entry] = await world.store.timeline.list({ owner: 'octo', repo: 'app', prNumber: 5 });
    expect(entry?.message).toBe(`Pull request is open at ${world.head.slice(0, 7)}`);
  });

  test('a late older event costs no request, unless a refresh is forced', async () => {
    await monitor();
    world.github.calls.length = 0;
    await monitor({}, world.clock.now() - 5000);
    expect(world.github.calls).toEqual([]);
    await monitor({ force_refresh: true }, world.clock.now() - 5000);
    expect(world.github.calls).toEqual(['getPullRequest']);
  });

  test('an answer that is older than what is stored changes nothing', async () => {
    change({ updatedAt: world.clock.now() + 1000, labels: ['new'] });
    await monitor();
    change({ updatedAt: world.clock.now(), labels: ['old'] });
    await monitor({ force_refresh: true });
    expect((await stored())?.labels).toEqual(['new']);
  });

  test('tells a new head', async () => {
    await monitor();
    world.github.push('topic', { 'app.py': '' });
    change({ updatedAt: world.clock.now() + 1000 });
    await monitor();
    const headSha = world.github.branches.get('topic');
    expect(headSha).not.toBe(world.head);
    expect(world.published.at(-1)).toMatchObject({ name: 'pr.updated', payload: { headSha } });
  });

  test('tells a merge', async () => {
    await monitor();
    change({ state: 'closed', merged: true, updatedAt: world.clock.now() + 1000 });
    await monitor();
    expect(await stored()).toMatchObject({ state: 'closed', merged: true });
    expect(names()).toEqual(['pr.created', 'pr.closed']);
  });

  test('one that is gone is closed, and one that was never known leaves nothing', async () => {
    await monitor();
    world.github.pullRequests.clear();
    await monitor({ force_refresh: true });
    expect((await stored())?.state).toBe('closed');
    await monitor({ pr_number: 6 });
    expect(await world.store.pullRequests.find('3', 6)).toBeNull();
  });
});

describe('monitor_repository', () => {
  const whole = { pr_number: undefined, head_sha: null, force_refresh: true } as Partial<PRMonitorPayload>;

  test('stores all that are open and closes what is open no more', async () => {
    await monitor();
    const known = world.github.pullRequests.get(5);
    if (known) world.github.pullRequests.set(6, { ...known, number: 6, id: '4006', headRef: 'other' });
    change({ state: 'closed', updatedAt: world.clock.now() + 1000 });
    await monitor(whole);
    expect((await stored())?.state).toBe('closed');
    expect((await world.store.pullRequests.find('3', 6))?.state).toBe('open');
  });

  test('a repository that is closed to the App is left alone', async () => {
    world.github.fault = () => {
      throw new PermanentError('forbidden', 'Resource not accessible');
    };
    await monitor(whole);
    expect(await deadLetters(world)).toEqual([]);
  });
});
