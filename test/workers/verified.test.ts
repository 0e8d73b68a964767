import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PRMonitorMessage } from '../../src/messages/pr-monitor-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { analyse, drain, later } from '../fixes/support/drain.ts';
import { createWorld, diagnosisOf, FIX_POLICY, PATCH, type World } from '../fixes/support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.github.policyFile = FIX_POLICY;
});
afterEach(() => world.close());

const head = () => world.github.branches.get('topic') ?? '';

/** A check of whatever the head is now fails. */
async function fails(name: string, headSha = head()): Promise<void> {
  const message = world.failedCheck(name, { headSha, completedAt: world.clock.now() });
  await analyse(world, { ...message, payload: { ...message.payload, head_sha: headSha } });
}

/** A check passes on a commit: as the handler keeps it, and has it looked at. */
async function passes(name: string, headSha = head()): Promise<void> {
  await world.store.checkRuns.upsert({
    id: `7${world.clock.now()}`,
    repositoryId: '3',
    headSha,
    name,
    appSlug: 'github-actions',
    conclusion: 'success',
    prNumber: 5,
    completedAt: world.clock.now(),
    suiteId: '1',
  });
  const target = { installation_id: '2', repository_id: '3', owner: 'octo', repo: 'app' };
  const message = new PRMonitorMessage(
    { ...target, head_sha: headSha, pr_number: 5, force_refresh: false },
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

async function outcomes() {
  const attempts = await world.store.fixAttempts.listByPullRequest('3', 5);
  return attempts.map(({ outcome }) => outcome);
}

function another(name: string, n: number): void {
  const patch = PATCH.replace('y = [1,2]', 'y = [1, 2]').replace('+y = [1, 2]', `+y = [1, 2]  # ${n}`);
  world.diagnoses.set(name, diagnosisOf({ patch, fingerprint: `f${n}` }));
}

const summaryOf = (sha: string) => world.github.reports.get(`${sha}:checkmend-report-${sha}`)?.summary;

describe('a fix whose check', () => {
  test('passes has mended it: in the books, in the timeline, in the report, as an event', async () => {
    await fails('format');
    await passes('format');
    expect(await outcomes()).toEqual(['mended']);
    const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app', prNumber: 5 });
    expect(entries.map(({ rule }) => rule)).toContain('verify.mended');
    expect(summaryOf(world.head)).toContain('The check passes now.');
    expect(world.published.find(({ name }) => name === 'fix.verified')?.payload).toMatchObject({
      outcome: 'mended',
      strategy: 'apply_patch',
    });
    expect(await world.store.scoreboard.read()).toEqual([
      { category: 'format', tried: 1, mended: 1, sameFailure: 0, madeWorse: 0, open: 0 },
    ]);
  });

  test('passes under another name, or on another commit, says nothing of it', async () => {
    await fails('format');
    await passes('lint');
    await passes('format', world.head);
    expect(await outcomes()).toEqual([null]);
  });

  test('fails as before is not followed by a second of its kind, whoever pushes on top', async () => {
    await fails('format');
    another('format', 1);
    world.diagnoses.set('format', diagnosisOf({ ...world.diagnoses.get('format'), fingerprint: 'f0f0' }));
    await fails('format');
    expect(await outcomes()).toEqual(['same_failure']);
    world.github.push('topic', { 'b.py': 'b = 2\n' });
    await fails('format');
    expect(await rules()).toEqual(['mode.fix', 'loop.same_check', 'verify.same_failure']);
    expect(summaryOf(world.head)).toContain('fails as before');
  });

  test('fails otherwise has a new failure', async () => {
    await fails('format');
    another('format', 1);
    await fails('format');
    expect(await outcomes()).toEqual(['new_failure']);
    world.github.push('topic', { 'b.py': 'b = 2\n' });
    await fails('format');
    expect((await rules()).at(-1)).toBe('verify.new_failure');
  });

  test('is mended while another that passed before now fails has made it worse', async () => {
    await passes('test', world.head);
    await fails('format');
    await passes('format');
    another('test', 2);
    await fails('test');
    expect(await outcomes()).toContain('new_failure');
    expect(await world.store.scoreboard.read()).toMatchObject([{ madeWorse: 1 }]);
  });
});

describe('two fixes in a row that mend nothing', () => {
  async function twoInARow(): Promise<string[]> {
    await fails('format');
    const first = head();
    another('lint', 1);
    // The first fix is told of before the second one is made on top of it.
    world.diagnoses.set('format', diagnosisOf({ patch: null }));
    await fails('format');
    await fails('lint');
    const second = head();
    world.diagnoses.set('lint', diagnosisOf({ patch: null, fingerprint: 'f1' }));
    await fails('lint');
    return [second, first];
  }

  test('are the last: nothing more is made, and the report offers to take them back', async () => {
    const commits = await twoInARow();
    expect(await outcomes()).toEqual(['same_failure', 'same_failure']);
    world.github.push('topic', { 'b.py': 'b = 2\n' });
    another('types', 5);
    await fails('types');
    expect((await rules()).at(-1)).toBe('verify.two_in_a_row');
    expect(summaryOf(head())).toContain(commits.map((sha) => `git revert --no-edit ${sha}`).join('\n'));
    expect(world.github.calls.filter((call) => call === 'createCommit')).toHaveLength(2);
  });

  test('stop a fix that was waiting already', async () => {
    await fails('format');
    world.diagnoses.set('format', diagnosisOf({ patch: null }));
    await fails('format');
    another('lint', 1);
    await fails('lint');
    world.diagnoses.set('lint', diagnosisOf({ patch: null, fingerprint: 'f1' }));
    world.github.policyFile = FIX_POLICY.replace('0s', '1h');
    await world.clock.advance(61_000);
    world.github.push('topic', { 'b.py': 'b = 2\n' }, { committedAt: world.clock.now() });
    another('types', 5);
    await fails('types');
    const [, , ...before] = await outcomes();
    expect(before).toEqual([]);
    const [last] = await world.store.fixAttempts.listByPullRequest('3', 5);
    await world.store.fixAttempts.setOutcome(last?.id ?? '', 'same_failure');
    await later(world, 3_700_000);
    const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app', prNumber: 5 });
    expect(entries.filter(({ kind }) => kind === 'refusal').map(({ rule }) => rule)).toContain(
      'verify.two_in_a_row',
    );
  });
});
