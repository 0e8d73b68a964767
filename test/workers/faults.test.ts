import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import type { RepositoryClient } from '../../src/github/types.ts';
import { analyse, deadLetters, later } from '../fixes/support/drain.ts';
import {
  AFTER,
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
  world.github.policyFile = FIX_POLICY;
});
afterEach(async () => {
  expect(await deadLetters(world)).toEqual([]);
  await world.close();
});

type Method = keyof RepositoryClient;

/** Fails one call of a method, before or after its effect. */
function failOnce(method: Method, moment: 'before' | 'after', error: Error): void {
  let left = 1;
  world.github.fault = (called, at) => {
    if (called !== method || at !== moment || left === 0) return;
    left--;
    throw error;
  };
}

function commitsOnTopic(): string[] {
  const found: string[] = [];
  for (let sha = world.github.branches.get('topic'); sha !== undefined && sha !== world.head; ) {
    const info = world.github.commits.get(sha)?.info;
    found.push(info?.message ?? '');
    sha = info?.parents[0];
  }
  return found;
}

async function attempts() {
  return await world.store.fixAttempts.listByPullRequest('3', 5);
}

describe('an answer that is lost on the way', () => {
  test('after the commit: the trailer is found, there is one commit', async () => {
    failOnce('createCommit', 'after', new TransientError('network', 'connection reset'));
    await analyse(world, world.failedCheck('format'));
    expect((await attempts())[0]?.status).toBe('planned');
    await later(world, 60_000);
    expect(commitsOnTopic()).toHaveLength(1);
    expect(world.github.calls.filter((call) => call === 'createCommit')).toHaveLength(1);
    const sha = world.github.branches.get('topic') ?? '';
    expect((await attempts())[0]).toMatchObject({ status: 'applied', result: sha });
    await later(world, 1000);
    expect([...world.github.reports.values()].map(({ conclusion }) => conclusion)).toEqual(['success']);
  });

  test('after the commit, with a person pushing on top: the trailer is found all the same', async () => {
    failOnce('createCommit', 'after', new TransientError('network', 'connection reset'));
    await analyse(world, world.failedCheck('format'));
    const ours = world.github.branches.get('topic');
    world.github.push('topic', { 'c.py': 'c = 1\n' });
    await later(world, 60_000);
    expect((await attempts())[0]).toMatchObject({ status: 'applied', result: ours });
  });

  test('after the re-run: the higher attempt is found, there is one re-run', async () => {
    world.diagnoses.set('build', TRANSIENT);
    const run = { status: 'completed', conclusion: 'failure', headSha: world.head };
    world.github.runs.set('500', { ...run, id: '500', runAttempt: 1, createdAt: world.clock.now() });
    failOnce('rerunFailedJobs', 'after', new TransientError('network', 'connection reset'));
    await analyse(world, world.failedCheck('build'));
    await later(world, 60_000);
    expect(world.github.runs.get('500')?.runAttempt).toBe(2);
    expect((await attempts())[0]).toMatchObject({ status: 'applied', result: 'attempt 2' });
  });

  test('after the report: it is written again over itself', async () => {
    failOnce('upsertCheckRun', 'after', new TransientError('network', 'connection reset'));
    await analyse(world, world.failedCheck('format'));
    await later(world, 60_000);
    expect(world.github.reports.size).toBe(1);
  });
});

describe('an outage', () => {
  test('of half an hour ends with the fix made', async () => {
    const until = world.clock.now() + 30 * 60_000;
    world.github.fault = () => {
      if (world.clock.now() < until) throw new TransientError('server_error', 'GitHub answered 503');
    };
    const handled = await analyse(world, world.failedCheck('format'));
    for (let minute = 0; minute < 33; minute++) handled.push(...(await later(world, 60_000)));
    expect(handled.filter(({ outcome }) => outcome.kind === 'snooze').length).toBeGreaterThan(20);
    expect(handled.every(({ outcome }) => outcome.kind === 'snooze' || outcome.kind === 'done')).toBe(true);
    expect(world.github.text('topic', 'app.py')).toBe(AFTER);
  });

  test('obeys the delay that GitHub asks for', async () => {
    failOnce('readFiles', 'before', new TransientError('rate_limited', 'slow down', { retryAfterMs: 7000 }));
    const handled = await analyse(world, world.failedCheck('format'));
    expect(handled.map(({ outcome }) => outcome)).toContainEqual(
      expect.objectContaining({ kind: 'snooze', delayMs: 7000 }),
    );
    await later(world, 7000);
    expect(world.github.text('topic', 'app.py')).toBe(AFTER);
  });

  test('that breaks a log off is no failure of the message', async () => {
    world.analyze = async (log) => {
      for await (const _chunk of log);
      throw new Error('not reached');
    };
    const message = world.failedCheck('format');
    world.github.getJobLog = () => {
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.error(new TypeError('terminated')),
      });
      return Promise.resolve({ state: 'available', stream });
    };
    const [handled] = await analyse(world, message);
    expect(handled?.outcome.kind).toBe('snooze');
  });
});

describe('what GitHub refuses', () => {
  test('a missing permission to push is named in the report', async () => {
    world.github.fault = (method, moment) => {
      if (method !== 'createCommit' || moment !== 'before') return;
      throw new PermanentError('forbidden', 'Resource not accessible');
    };
    await analyse(world, world.failedCheck('format'));
    expect((await attempts()).map(({ strategy, status }) => [strategy, status])).toEqual([
      ['open_pull_request', 'failed'],
      ['suggest_change', 'dropped'],
      ['apply_patch', 'failed'],
    ]);
    const [report] = world.github.reports.values();
    expect(report?.summary).toContain('Contents\\: write');
    expect(report?.conclusion).toBe('neutral');
  });

  test.each(['getCheckRun', 'listCheckRuns'] as const)(
    '%s forbidden ends the analysis with its rule',
    async (method) => {
      const message = world.failedCheck('format', { status: 'queued' });
      world.github.fault = (called) => {
        if (called === method) throw new PermanentError('forbidden', 'Resource not accessible');
      };
      await analyse(world, message);
      const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
      expect(entries.map(({ rule }) => rule)).toEqual(['github.forbidden']);
    },
  );

  test.each(['gone', 'not_found'])(
    'a repository or an installation that is %s ends the analysis',
    async (code) => {
      const message = world.failedCheck('format');
      world.github.fault = () => {
        throw new PermanentError(code, 'Not Found');
      };
      await analyse(world, message);
      const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
      expect(entries.map(({ rule }) => rule)).toEqual([`github.${code}`]);
    },
  );

  test('a policy file that may not be read leads to a report, not to a commit', async () => {
    failOnce('readDefaultBranchFile', 'before', new PermanentError('forbidden', 'Resource not accessible'));
    await analyse(world, world.failedCheck('format'));
    expect(commitsOnTopic()).toEqual([]);
    const [report] = world.github.reports.values();
    expect(report?.summary).toContain('Contents\\: read');
  });
});

test('a patch that does not apply is shown in the report, and nothing is committed', async () => {
  world.diagnoses.set('format', diagnosisOf({ patch: PATCH.replace('-y = [1,2]', '-y = [9,9]') }));
  await analyse(world, world.failedCheck('format'));
  expect(world.github.calls).not.toContain('createCommit');
  expect((await attempts())[0]).toMatchObject({
    status: 'dropped',
    reason: expect.stringContaining('patch.does_not_apply'),
  });
  expect([...world.github.reports.values()]).toMatchObject([{ conclusion: 'neutral' }]);
});

test.each(['gone', 'suspended'])(
  'a fix that waited while the installation became %s is dropped',
  async (code) => {
    world.github.policyFile = 'mode: fix\nquiet_period: 60s\n';
    await analyse(world, world.failedCheck('format'));
    world.github.fault = () => {
      throw new PermanentError(code, 'Not Found');
    };
    await later(world, 120_000);
    const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
    expect(entries.at(-1)?.rule).toBe(`github.${code}`);
  },
);

test('a message that is given up between the plan and its effect makes none', async () => {
  const given = new AbortController();
  world.bus.publish = async (name) => {
    if (name === 'fix.planned') given.abort(new Error('the lease is lost'));
  };
  const context = world.context();
  world.context = () => ({ ...context, signal: given.signal });
  await analyse(world, world.failedCheck('format'));
  expect(world.github.calls).not.toContain('createCommit');
  expect((await attempts())[0]).toMatchObject({ status: 'planned' });
});

describe('a log', () => {
  test('that is not written yet is waited for', async () => {
    const message = world.failedCheck('format');
    world.github.logs.set(message.payload.check_run_id, 'not_yet');
    const [handled] = await analyse(world, message);
    expect(handled?.outcome).toMatchObject({ kind: 'snooze', delayMs: 5000 });
    world.github.logs.set(message.payload.check_run_id, 'now it is\n');
    await later(world, 5000);
    expect(world.github.text('topic', 'app.py')).toBe(AFTER);
  });

  test.each(['never', 'gone'] as const)('that is %s leaves the annotations', async (state) => {
    const message = world.failedCheck('format', { annotationsCount: 1 });
    const id = message.payload.check_run_id;
    world.github.logs.set(id, state);
    world.github.annotations.set(id, [
      { path: 'app.py', startLine: 3, endLine: 3, level: 'failure', message: 'bad layout', title: null },
    ]);
    let seen = '';
    const analyze = world.analyze;
    world.analyze = async (log, options) => {
      for await (const chunk of log) seen += Buffer.from(chunk).toString();
      return await analyze((async function* () {})(), options);
    };
    await analyse(world, message);
    expect(seen).toBe('app.py:3: error: bad layout\n');
    const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
    expect(entries.map(({ rule }) => rule)).toContain(`log.${state}`);
  });
});
