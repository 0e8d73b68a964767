import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import type { CheckRunInfo } from '../../src/github/types.ts';
import { PRMonitorMessage } from '../../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { apply, attempts, DIFF } from '../fixes/strategies/support.ts';
import { analyse, deadLetters, drain, later } from '../fixes/support/drain.ts';
import {
  AFTER,
  createWorld,
  diagnosisOf,
  FIX_POLICY,
  TRANSIENT,
  type World,
} from '../fixes/support/world.ts';
import { answers, command } from './person-support.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.github.policyFile = FIX_POLICY;
});
afterEach(async () => {
  expect(await deadLetters(world)).toEqual([]);
  await world.close();
});

const BASE_CHECK = '900';

/** The same check on what main is now. */
function onBase(conclusion: string | null, changes: Partial<CheckRunInfo> = {}): void {
  const headSha = world.github.branches.get('main') ?? '';
  const status = conclusion === null ? 'in_progress' : 'completed';
  world.failedCheck('format', { id: BASE_CHECK, headSha, status, conclusion, ...changes });
}

/** What an event or the repository monitor leads to. */
async function look(): Promise<void> {
  await world.clock.advance(60_000);
  const target = { installation_id: '2', repository_id: '3', owner: 'octo', repo: 'app' };
  const message = new PRMonitorMessage(
    { ...target, head_sha: world.head, pr_number: 5, force_refresh: false },
    { timestamp: world.clock.now() },
  );
  await world.queues.sendMessage(QUEUES.prMonitor, message.toWorkerMessage() as unknown as WorkerMessage);
  await drain(world);
  await later(world, 1000);
}

async function rules(): Promise<(string | null)[]> {
  const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app', prNumber: 5 });
  return entries.filter(({ kind }) => kind === 'verdict').map(({ rule }) => rule);
}

const commits = () => world.github.calls.filter((call) => call === 'createCommit').length;
const reports = () => world.github.calls.filter((call) => call === 'upsertCheckRun').length;
const summary = () => world.github.reports.get(`${world.head}:checkmend-report-${world.head}`)?.summary;

describe('a failure that the base has too', () => {
  test('is held, said once, and kept in the store', async () => {
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['base.broken']);
    expect(commits()).toBe(0);
    expect(summary()).toContain('On hold');
    expect(await world.store.holds.listByPullRequest('3', 5)).toMatchObject([
      { checkName: 'format', baseRef: 'main', headSha: world.head },
    ]);
    const written = reports();
    await look();
    expect(await rules()).toEqual(['base.broken']);
    expect(reports()).toBe(written);
  });

  test('is said all the same where the first try to say it failed', async () => {
    onBase('failure');
    const send = world.queues.sendMessage.bind(world.queues);
    world.queues.sendMessage = async (queue, ...rest) => {
      if (queue !== QUEUES.fixApplicator) return await send(queue, ...rest);
      world.queues.sendMessage = send;
      throw new Error('the queue was out of reach');
    };
    await analyse(world, world.failedCheck('format'));
    await later(world, 120_000);
    await later(world, 60_000);
    expect(summary()).toContain('On hold');
    expect(await world.store.holds.listByPullRequest('3', 5)).toHaveLength(1);
  });

  test('is taken up when the base passes after all: the log is not read again', async () => {
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    onBase('success');
    world.github.calls.length = 0;
    await look();
    expect(await rules()).toEqual(['base.broken', 'mode.fix']);
    expect(commits()).toBe(1);
    expect(world.github.calls).not.toContain('getJobLog');
    expect(await world.store.holds.listByPullRequest('3', 5)).toEqual([]);
  });

  test('is still held while the base runs again', async () => {
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    onBase(null);
    await look();
    expect(await rules()).toEqual(['base.broken']);
    expect(commits()).toBe(0);
  });

  test('is cured by a merge of the base once that has the cure', async () => {
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    world.github.push('main', { 'cure.py': 'ok = 1\n' });
    onBase('success', { id: '901' });
    await look();
    expect(await rules()).toEqual(['base.broken', 'base.cured']);
    expect(world.github.calls).toContain('updateBranch');
    expect(commits()).toBe(0);
  });

  test('is cured at once where the base was mended before it was seen', async () => {
    onBase('failure');
    const known = world.github.pullRequests.get(5);
    const baseSha = world.github.branches.get('main') ?? '';
    if (known) world.github.pullRequests.set(5, { ...known, baseSha });
    world.github.push('main', { 'cure.py': 'ok = 1\n' });
    onBase('success', { id: '901' });
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['base.cured']);
    expect(world.github.calls).toContain('updateBranch');
  });

  test('is only told to be cured where the policy allows no commit', async () => {
    world.github.policyFile = null;
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    world.github.push('main', { 'cure.py': 'ok = 1\n' });
    onBase('success', { id: '901' });
    await look();
    expect(summary()).toContain('main has the cure');
    expect(world.github.calls).not.toContain('updateBranch');
  });

  test('and broke it between the verdict and the commit is held then, and mended when the base passes', async () => {
    world.github.policyFile = FIX_POLICY.replace('0s', '120s');
    onBase('success');
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['mode.fix']);
    onBase('failure');
    await later(world, 120_000);
    await later(world, 1000);
    expect(commits()).toBe(0);
    expect(summary()).toMatch(/On hold.*base\.broken/);
    expect(await world.store.holds.listByPullRequest('3', 5)).toMatchObject([{ checkName: 'format' }]);
    onBase('success');
    const { createCommit } = world.github;
    let booked: string | undefined;
    world.github.createCommit = async (request) => {
      // As of a first try: who dies now leaves a trace that counts.
      [booked] = (await world.store.fixAttempts.listByPullRequest('3', 5)).map(({ status }) => status);
      return await createCommit(request);
    };
    await look();
    expect(booked).toBe('planned');
    expect(await rules()).toEqual(['mode.fix']);
    expect(commits()).toBe(1);
    expect(await world.store.holds.listByPullRequest('3', 5)).toEqual([]);
  });

  test.each(['suggest_change', 'open_pull_request'] as const)('nor is %s made for it', async (strategy) => {
    world.github.files.set(5, [{ path: 'app.py', status: 'modified', patch: DIFF }]);
    world.github.policyFile = 'mode: report\n';
    await analyse(world, world.failedCheck('format'));
    world.github.policyFile = FIX_POLICY;
    await later(world, 60_000);
    onBase('failure');
    await apply(world, strategy);
    expect(await attempts(world)).toEqual([[strategy, 'dropped', 'base.broken']]);
  });

  test('is mended all the same where a person asks for it: all patches of the head, in one commit', async () => {
    onBase('failure');
    world.failedCheck('lint', { headSha: world.github.branches.get('main') ?? '' });
    const patch = '--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n-import os\n+import sys\n x = 1\n';
    world.diagnoses.set('lint', diagnosisOf({ patch, fingerprint: 'cccc' }));
    await analyse(world, world.failedCheck('format'), world.failedCheck('lint'));
    expect(await rules()).toEqual(['base.broken', 'base.broken']);
    await command(world, { verb: 'fix' });
    expect(commits()).toBe(1);
    expect(world.github.text('topic', 'app.py')).toBe(AFTER.replace('import os', 'import sys'));
    expect(await answers(world)).toEqual([['fix', null]]);
    await look();
    expect(await world.store.holds.listByPullRequest('3', 5)).toEqual([]);
    expect(commits()).toBe(1);
  });

  test('is forgotten when the head moves', async () => {
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    world.github.push('topic', { 'b.py': 'b = 2\n' });
    await look();
    expect(await world.store.holds.listByPullRequest('3', 5)).toEqual([]);
    expect(commits()).toBe(0);
  });

  test('is run again all the same where infrastructure failed', async () => {
    world.diagnoses.set('format', TRANSIENT);
    onBase('failure');
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['rerun.transient']);
  });
});

describe('the look at the base', () => {
  test.each(['not_found', 'gone', 'forbidden'] as const)('that is answered %s is left out', async (code) => {
    onBase('failure');
    world.github.fault = (method, moment) => {
      if (method === 'getBranchHead' && moment === 'before') throw new PermanentError(code, 'no');
    };
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['mode.fix']);
    expect(commits()).toBe(1);
  });

  test('says nothing where the check does not run there', async () => {
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['mode.fix']);
  });

  /** Another pull request fails in the same way. */
  async function alike(number: number): Promise<void> {
    const headSha = world.github.push(`other-${number}`, { 'app.py': 'x' });
    const known = world.github.pullRequests.get(5);
    if (!known) throw new Error('no pull request');
    const own = { number, id: `40${number}`, headSha, headRef: `other-${number}` };
    world.github.pullRequests.set(number, { ...known, ...own });
    const message = world.failedCheck('format', { headSha, pullRequestNumbers: [number] });
    world.github.policyFile = null;
    await analyse(world, { ...message, payload: { ...message.payload, head_sha: headSha } });
  }

  test('is made up for by two other pull requests that fail in the same way', async () => {
    await alike(6);
    await alike(7);
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['base.shared_failure']);
    expect(summary()).toContain('6');
  });

  test('is not outweighed by them: where the base passes, they are the ones to look at', async () => {
    await alike(6);
    await alike(7);
    onBase('success');
    await world.clock.advance(60_000);
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['mode.suggest']);
  });
});
