import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { analyse, deadLetters } from '../fixes/support/drain.ts';
import { createWorld, diagnosisOf, FIX_POLICY, PATCH, type World } from '../fixes/support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(await deadLetters(world)).toEqual([]);
  await world.close();
});

async function timeline() {
  return await world.store.timeline.list({ owner: 'octo', repo: 'app' });
}

async function rules() {
  return (await timeline()).map(({ rule }) => rule).filter((rule) => rule !== null);
}

describe('nothing to do is said, with its rule', () => {
  test.each([
    ['success', 'check_run.not_failing'],
    ['neutral', 'check_run.not_failing'],
    ['action_required', 'check_run.not_failing'],
    ['cancelled', 'check_run.not_failing'],
    ['other', 'check_run.not_failing'],
  ])('conclusion %s', async (conclusion, rule) => {
    await analyse(world, world.failedCheck('format', { conclusion }));
    expect(await rules()).toEqual([rule]);
    expect(world.github.calls).not.toContain('getJobLog');
  });

  test('a check run that runs again', async () => {
    await analyse(world, world.failedCheck('format', { status: 'in_progress', conclusion: null }));
    expect(await rules()).toEqual(['check_run.running']);
  });

  test('a check run that is gone', async () => {
    const message = world.failedCheck('format');
    world.github.checkRuns.clear();
    await analyse(world, message);
    expect(await rules()).toEqual(['check_run.gone']);
  });

  test('no pull request', async () => {
    world.github.pullRequests.clear();
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['pull_request.none']);
  });

  test('a head that moved before the analysis', async () => {
    const message = world.failedCheck('format');
    world.github.push('topic', { 'app.py': '' });
    await analyse(world, { ...message, payload: { ...message.payload, pr_number: 5 } });
    expect(await rules()).toEqual(['head.moved']);
  });

  test('a policy that is off, before the log is read', async () => {
    world.github.policyFile = 'mode: off\n';
    await analyse(world, world.failedCheck('format'));
    expect(await rules()).toEqual(['mode.off']);
    expect(world.github.calls).not.toContain('getJobLog');
  });

  test('a cause that is not recognised leaves no check run', async () => {
    world.diagnoses.set('odd', diagnosisOf({ category: 'unknown', patch: null, recommendation: 'report' }));
    await analyse(world, world.failedCheck('odd'));
    expect(await rules()).toEqual(['diagnosis.unknown']);
    expect(world.github.reports.size).toBe(0);
  });
});

describe('the pull request', () => {
  test('is found by its head where the check run names none, and kept', async () => {
    await analyse(world, world.failedCheck('format', { pullRequestNumbers: [] }));
    expect(world.github.calls).toContain('findPullRequestsByHead');
    expect((await world.store.pullRequests.find('3', 5))?.headSha).toBe(world.head);
    expect((await world.store.checkRuns.listByHead('3', world.head)).map(({ prNumber }) => prNumber)).toEqual(
      [5],
    );
  });

  test('is taken from the store where it is known', async () => {
    await analyse(world, world.failedCheck('format'));
    world.github.calls.length = 0;
    await analyse(world, world.failedCheck('lint'));
    expect(world.github.calls).not.toContain('findPullRequestsByHead');
  });
});

describe('a diagnosis', () => {
  test('is stored without secrets', async () => {
    const secret = `ghp_${'x9Y8'.repeat(9)}`;
    world.diagnoses.set(
      'format',
      diagnosisOf({
        summary: `saw ${secret}`,
        evidence: [{ line: 1, text: secret }],
        patch: PATCH.replace('+y = [1, 2]', `+y = "${secret}"`),
      }),
    );
    await analyse(world, world.failedCheck('format'));
    const [record] = await world.store.diagnoses.listByHead('3', world.head);
    expect(record?.diagnosis.patch).toBeNull();
    expect(JSON.stringify([record, await timeline(), [...world.github.reports]])).not.toContain(secret);
  });

  test('is told once, however often the message comes', async () => {
    const message = world.failedCheck('format');
    await analyse(world, message);
    await analyse(world, message);
    expect((await timeline()).map(({ kind }) => kind)).toEqual(['diagnosis', 'verdict', 'event', 'action']);
    expect(world.github.reports.size).toBe(1);
  });

  test('with a patch over 64 KiB travels as a reference', async () => {
    world.github.policyFile = FIX_POLICY;
    const long = `+y = [1, 2]  # ${'x'.repeat(70_000)}`;
    world.diagnoses.set('format', diagnosisOf({ patch: PATCH.replace('+y = [1, 2]', long) }));
    await analyse(world, world.failedCheck('format'));
    expect(world.github.text('topic', 'app.py')).toContain('x'.repeat(70_000));
  });

  test('of what is no job of Actions is made of the output of its check run', async () => {
    let seen = '';
    world.analyze = async (log) => {
      for await (const chunk of log) seen += Buffer.from(chunk).toString();
      return diagnosisOf({ patch: null, recommendation: 'report' });
    };
    const output = { outputTitle: 'Lint failed', outputSummary: '1 error', outputText: 'a.py:1: E1' };
    await analyse(world, world.failedCheck('lint', { appSlug: 'other-ci', ...output }));
    expect(seen).toBe('Lint failed\n1 error\na.py:1: E1\n');
    expect(world.github.calls).not.toContain('getJobLog');
  });
});

test('annotations that are there are not sent again', async () => {
  const place = {
    path: 'app.py',
    line: 3,
    column: null,
    severity: 'error',
    code: 'E1',
    message: 'm',
  } as const;
  world.diagnoses.set('format', diagnosisOf({ diagnostics: [place] }));
  await analyse(world, world.failedCheck('format'));
  const mark = `checkmend-report-${world.head}`;
  const [first] = world.github.reports.values();
  expect(first?.annotations).toHaveLength(1);
  const own = world.failedCheck('Checkmend', {
    appId: world.github.appId,
    externalId: mark,
    annotationsCount: 1,
  });
  world.github.annotations.set(own.payload.check_run_id, first?.annotations ?? []);
  world.diagnoses.set('lint', diagnosisOf({ diagnostics: [{ ...place, line: 4 }], fingerprint: 'cccc' }));
  await analyse(world, world.failedCheck('lint'));
  const [second] = world.github.reports.values();
  expect(second?.annotations?.map(({ startLine }) => startLine)).toEqual([4]);
});

test('the timeline of a fix reads like its story', async () => {
  world.github.policyFile = FIX_POLICY;
  await analyse(world, world.failedCheck('format'));
  const sha = (world.github.branches.get('topic') ?? '').slice(0, 7);
  expect(
    (await timeline()).map(({ kind, message, correlationId }) => [kind, message, correlationId]),
  ).toEqual([
    ['diagnosis', 'format: black would reformat app.py', 'guid-1'],
    ['verdict', 'Commit the patch: the policy allows commits', 'guid-1'],
    ['action', `Committed ${sha} to topic`, 'guid-1'],
    ['action', 'Reported: black would reformat app.py', 'guid-1'],
  ]);
});
