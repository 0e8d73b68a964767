import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError } from '../../src/errors.ts';
import { analyse, deadLetters, drain, later } from '../fixes/support/drain.ts';
import {
  AFTER,
  BEFORE,
  createWorld,
  diagnosisOf,
  FIX_POLICY,
  PATCH,
  TRANSIENT,
  type World,
} from '../fixes/support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(await deadLetters(world)).toEqual([]);
  await world.close();
});

async function verdicts(): Promise<(string | null)[]> {
  const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
  return entries.filter(({ kind }) => kind === 'verdict').map(({ rule }) => rule);
}

function reportOfHead() {
  return world.github.reports.get(`${world.head}:checkmend-report-${world.head}`);
}

describe('a failing format check', () => {
  test('is mended by one commit on the head branch, and told on the old head', async () => {
    world.github.policyFile = FIX_POLICY;
    await analyse(world, world.failedCheck('format'));
    const sha = world.github.branches.get('topic') ?? '';
    const commit = world.github.commits.get(sha)?.info;
    expect(world.github.text('topic', 'app.py')).toBe(AFTER);
    expect(world.github.text('main', 'app.py')).toBe(BEFORE);
    expect(commit?.parents).toEqual([world.head]);
    expect(commit?.message).toMatch(
      /^Fix format\n\nblack would reformat app\.py\n\nCheckmend-Fix: fix_application_4005_[0-9a-f]+\nCheckmend-Correlation: guid-1$/,
    );
    expect(reportOfHead()).toMatchObject({ conclusion: 'success', name: 'Checkmend' });
    expect(await verdicts()).toEqual(['mode.fix']);
    expect(world.published.map(({ name }) => name)).toEqual(['check.analyzed', 'fix.planned', 'fix.applied']);
  });

  test('is shown, not committed, without a policy file', async () => {
    await analyse(world, world.failedCheck('format'));
    await later(world, 3_600_000);
    expect(world.github.branches.get('topic')).toBe(world.head);
    expect(world.github.calls).not.toContain('createCommit');
    expect(reportOfHead()?.conclusion).toBe('neutral');
    expect(reportOfHead()?.text).toContain('+y = [1, 2]');
    expect(await verdicts()).toEqual(['mode.suggest']);
  });

  test.each([
    ['off', 'override.off'],
    ['shadow', 'mode.fix'],
  ] as const)('CHECKMEND_MODE=%s writes nothing and says so', async (mode, rule) => {
    await world.close();
    world = await createWorld(mode);
    world.github.policyFile = FIX_POLICY;
    await analyse(world, world.failedCheck('format'));
    await later(world, 3_600_000);
    expect(world.github.branches.get('topic')).toBe(world.head);
    expect(world.github.reports.size).toBe(0);
    expect(await verdicts()).toEqual([rule]);
  });

  test.each([
    ['mode.shadow', 'policy', FIX_POLICY.replace('fix', 'shadow')],
    ['override.shadow', 'shadow', FIX_POLICY],
  ] as const)(
    '%s goes as far as what it would write, and records why that is not done',
    async (rule, mode, policy) => {
      await world.close();
      world = await createWorld(mode);
      world.github.policyFile = policy;
      const refusals = async () => {
        const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
        return entries.filter(({ kind }) => kind === 'refusal').map((entry) => entry.rule);
      };
      await analyse(world, world.failedCheck('format'));
      expect(await refusals()).toEqual([rule]);
      world.diagnoses.set(
        'lint',
        diagnosisOf({ patch: PATCH.replace('z = 3', 'z = 4'), fingerprint: 'beef' }),
      );
      await analyse(world, world.failedCheck('lint'));
      expect(await refusals()).toEqual([rule, 'patch.does_not_apply']);
      await later(world, 3_600_000);
      expect(world.github.branches.get('topic')).toBe(world.head);
      expect(world.github.reports.size).toBe(0);
    },
  );

  test('a broken policy file leads to a report that says what is wrong, and to nothing else', async () => {
    world.github.policyFile = 'mod: fix\nquiet_period: 0s\n';
    await analyse(world, world.failedCheck('format'));
    expect(world.github.branches.get('topic')).toBe(world.head);
    expect(reportOfHead()).toMatchObject({
      conclusion: 'neutral',
      title: 'The policy file .github/checkmend.yml is broken',
    });
    expect(reportOfHead()?.summary).toContain('mod\\: unknown key, did you mean mode?');
    expect(await verdicts()).toEqual(['policy.broken']);
  });

  test('waits for the quiet period and the other checks, at most ten minutes', async () => {
    world.github.policyFile = 'mode: fix\nquiet_period: 60s\n';
    world.failedCheck('slow', { status: 'in_progress', conclusion: null });
    const first = await analyse(world, world.failedCheck('format'));
    expect(first.find(({ strategy }) => strategy === 'apply_patch')?.outcome).toMatchObject({
      kind: 'snooze',
      delayMs: 60_000,
    });
    const second = await later(world, 59_000);
    expect(second[0]?.outcome).toMatchObject({ kind: 'snooze', reason: expect.stringContaining('checks') });
    for (let minute = 0; minute < 8; minute++) await later(world, 60_000);
    expect(world.github.calls).not.toContain('createCommit');
    await later(world, 60_000);
    expect(world.github.calls).toContain('createCommit');
  });

  test.each([
    ['a label', 'skip.label', { labels: ['no-checkmend'] }],
    ['becoming a draft', 'skip.draft', { draft: true }],
  ])('ends when people say no in the quiet period, by %s', async (_name, rule, change) => {
    world.github.policyFile =
      'mode: fix\nquiet_period: 60s\nskip: { drafts: true, labels: [no-checkmend] }\n';
    await analyse(world, world.failedCheck('format'));
    const known = world.github.pullRequests.get(5);
    const stored = await world.store.pullRequests.find('3', 5);
    if (!known || !stored) throw new Error('no pull request');
    world.github.pullRequests.set(5, { ...known, ...change });
    await world.store.pullRequests.upsert({ ...stored, ...change });
    await later(world, 120_000);
    expect(world.github.calls).not.toContain('createCommit');
    const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempt).toMatchObject({ status: 'dropped', reason: expect.stringContaining(rule) });
  });

  test('ends when the head moves before the commit', async () => {
    world.github.policyFile = FIX_POLICY;
    const message = world.failedCheck('format');
    world.github.fault = (method, moment) => {
      if (method === 'readFiles' && moment === 'after') world.github.push('topic', { 'app.py': 'x = 2\n' });
    };
    await analyse(world, message);
    expect(world.github.text('topic', 'app.py')).toBe('x = 2\n');
    const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempt).toMatchObject({ status: 'dropped', reason: expect.stringContaining('head.moved') });
  });

  test.each([
    ['the branch is deleted', 'branch.gone', () => world.github.branches.delete('topic')],
    [
      'the pull request is merged',
      'pull_request.closed',
      () => {
        const known = world.github.pullRequests.get(5);
        if (known) world.github.pullRequests.set(5, { ...known, state: 'closed', merged: true });
      },
    ],
  ])('ends when %s meanwhile', async (_name, rule, happen) => {
    world.github.policyFile = FIX_POLICY;
    world.github.fault = (method, moment) => {
      if (method === 'readFiles' && moment === 'after') happen();
    };
    await analyse(world, world.failedCheck('format'));
    const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempt).toMatchObject({ status: 'dropped', reason: expect.stringContaining(rule) });
  });

  test('many failed checks of one head share what they can', async () => {
    const messages = Array.from({ length: 256 }, (_none, index) => world.failedCheck(`test (${index})`));
    world.github.calls.length = 0;
    await analyse(world, ...messages);
    expect(world.github.calls.length).toBeLessThanOrEqual(120);
    expect((await verdicts()).filter((rule) => rule === 'limit.checks_per_head')).toHaveLength(226);
    expect(reportOfHead()?.title).toBe('30 failed checks, 30 with a patch');
  });
});

describe('a failure of infrastructure', () => {
  beforeEach(() => {
    world.diagnoses.set('build', TRANSIENT);
    world.github.runs.set('500', {
      id: '500',
      runAttempt: 1,
      status: 'completed',
      conclusion: 'failure',
      headSha: world.head,
      createdAt: world.clock.now(),
    });
  });

  test('has the failed jobs run again, once, without a policy file', async () => {
    await analyse(world, world.failedCheck('build'));
    expect(world.github.runs.get('500')?.runAttempt).toBe(2);
    expect(world.github.calls.filter((call) => call === 'rerunFailedJobs')).toHaveLength(1);
    expect(await verdicts()).toEqual(['rerun.transient']);
  });

  test('is left alone when another job of the run failed for a reason of its own', async () => {
    await analyse(world, world.failedCheck('build'), world.failedCheck('test'));
    await later(world, 15_000);
    expect(world.github.calls).not.toContain('rerunFailedJobs');
    const attempts = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempts[0]?.reason).toContain('rerun.not_all_transient');
  });

  test('waits for the diagnoses of the other failed jobs, but not for ever', async () => {
    world.failedCheck('never diagnosed');
    await analyse(world, world.failedCheck('build'));
    for (let minute = 0; minute < 10; minute++) await later(world, 60_000);
    expect(world.github.calls).not.toContain('rerunFailedJobs');
    const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempt?.reason).toContain('rerun.undiagnosed');
  });

  test('waits while the run goes on, but not until the message expires', async () => {
    const run = world.github.runs.get('500');
    if (run) world.github.runs.set('500', { ...run, status: 'in_progress', conclusion: null });
    const handled = await analyse(world, world.failedCheck('build'));
    expect(handled.find(({ strategy }) => strategy === 'rerun_failed_jobs')?.outcome.kind).toBe('snooze');
    await later(world, 13 * 3_600_000);
    const [attempt] = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempt?.reason).toContain('rerun.run_too_long');
  });

  test('is only reported where the job cannot be read', async () => {
    world.github.fault = (method) => {
      if (method === 'getJob') throw new PermanentError('forbidden', 'Resource not accessible');
    };
    await analyse(world, world.failedCheck('build'));
    expect(world.github.calls).not.toContain('rerunFailedJobs');
    expect(world.github.reports.size).toBe(1);
  });

  test('is re-run once for one cause in one run', async () => {
    await analyse(world, world.failedCheck('build'));
    const run = world.github.runs.get('500');
    if (run) world.github.runs.set('500', { ...run, status: 'completed', conclusion: 'failure' });
    world.github.jobs.clear();
    const again = world.failedCheck('build');
    const job = world.github.jobs.get(again.payload.check_run_id);
    if (job) world.github.jobs.set(job.id, { ...job, runAttempt: 2 });
    await world.clock.advance(60_000);
    await analyse(world, again);
    expect(world.github.runs.get('500')?.runAttempt).toBe(2);
    const attempts = await world.store.fixAttempts.listByPullRequest('3', 5);
    expect(attempts.map(({ reason }) => reason)).toContainEqual(expect.stringContaining('rerun.repeat'));
  });
});

test('drain answers nothing when nothing is due', async () => {
  expect(await drain(world)).toEqual([]);
});
