import { afterEach, beforeEach, expect, test } from 'vitest';
import { analyse, deadLetters, later } from '../fixes/support/drain.ts';
import { AFTER, createWorld, diagnosisOf, PATCH, type World } from '../fixes/support/world.ts';

const OTHER_FILE = '--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-b = 1\n+b = 10\n';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  // Long enough that all checks are diagnosed before the first commit.
  world.github.policyFile = 'mode: fix\nquiet_period: 60s\nwait_for_suite: false\n';
});
afterEach(async () => {
  expect(await deadLetters(world)).toEqual([]);
  await world.close();
});

async function failBoth(patch: string): Promise<void> {
  const second = diagnosisOf({ patch, summary: 'ruff found 1 error', tool: 'ruff', fingerprint: 'cccc' });
  world.diagnoses.set('lint', second);
  await analyse(world, world.failedCheck('format'), world.failedCheck('lint'));
  await later(world, 60_000);
  await later(world, 1000);
}

async function attempts() {
  return await world.store.fixAttempts.listByPullRequest('3', 5);
}

test('two fixes of one head go into one commit, each with its mark', async () => {
  await failBoth(OTHER_FILE);
  expect(world.github.text('topic', 'app.py')).toBe(AFTER);
  expect(world.github.text('topic', 'b.py')).toBe('b = 10\n');
  const sha = world.github.branches.get('topic') ?? '';
  const commit = world.github.commits.get(sha)?.info;
  expect(commit?.parents).toEqual([world.head]);
  expect(commit?.message.match(/^Checkmend-Fix: /gm)).toHaveLength(2);
  expect((await attempts()).map(({ status, result }) => [status, result])).toEqual([
    ['applied', sha],
    ['applied', sha],
  ]);
  const [report] = world.github.reports.values();
  expect(report).toMatchObject({ title: '2 failed checks, 2 mended', conclusion: 'success' });
});

test('they count as one commit of the day', async () => {
  world.github.policyFile += 'limits: { commits_per_day: 2 }\n';
  await failBoth(OTHER_FILE);
  const headSha = world.github.push('topic', { 'app.py': AFTER, 'b.py': 'b = 3\n' });
  const patch = OTHER_FILE.replace('b = 1\n', 'b = 3\n');
  world.diagnoses.set('lint', diagnosisOf({ patch, fingerprint: 'dddd' }));
  const message = world.failedCheck('lint', { headSha });
  await analyse(world, { ...message, payload: { ...message.payload, head_sha: headSha } });
  await later(world, 60_000);
  expect(world.github.text('topic', 'b.py')).toBe('b = 10\n');
});

test('of two that overlap one is committed, the other dropped with a reason', async () => {
  await failBoth(PATCH.replace('+y = [1, 2]', '+y = (1, 2)'));
  expect(world.github.calls.filter((call) => call === 'createCommit')).toHaveLength(1);
  const all = await attempts();
  expect(all.map(({ status }) => status).sort()).toEqual(['applied', 'dropped']);
  expect(all.find(({ status }) => status === 'dropped')?.reason).toContain('head.moved');
});

test('a fix that the policy does not allow does not ride along', async () => {
  world.github.policyFile += "protected_paths: ['b.py']\n";
  await failBoth(OTHER_FILE);
  expect(world.github.text('topic', 'app.py')).toBe(AFTER);
  expect(world.github.text('topic', 'b.py')).toBe('b = 1\n');
});
