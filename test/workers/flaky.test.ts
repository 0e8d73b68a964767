import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { analyse } from '../fixes/support/drain.ts';
import { createWorld, diagnosisOf, TRANSIENT, type World } from '../fixes/support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.diagnoses.set('test', BROKEN);
});
afterEach(() => world.close());

const BROKEN = diagnosisOf({
  category: 'test',
  tool: 'pytest',
  summary: 'test_clock failed',
  patch: null,
  recommendation: 'report',
  fingerprint: 'cafe',
});

const MINUTE = 60_000;
const head = () => world.github.branches.get('topic') ?? '';

async function fails(changes: object = {}): Promise<void> {
  await world.clock.advance(MINUTE);
  const headSha = head();
  const completedAt = world.clock.now();
  const message = world.failedCheck('test', { headSha, completedAt, ...changes });
  await analyse(world, { ...message, payload: { ...message.payload, head_sha: headSha } });
}

let nextId = 7000;

async function passes(changes: object = {}): Promise<void> {
  await world.clock.advance(MINUTE);
  await world.store.checkRuns.upsert({
    id: String(nextId++),
    repositoryId: '3',
    headSha: head(),
    name: 'test',
    appSlug: 'github-actions',
    conclusion: 'success',
    prNumber: null,
    completedAt: world.clock.now(),
    suiteId: '1',
    ...changes,
  });
}

const push = () => world.github.push('topic', { 'b.py': String(world.github.commits.size) });

async function newest() {
  const records = await world.store.diagnoses.listByHead('3', head());
  return records.toSorted((a, b) => a.createdAt - b.createdAt).at(-1)?.diagnosis;
}

async function lastRule() {
  const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app', prNumber: 5 });
  return entries.filter(({ kind }) => kind === 'verdict').at(-1)?.rule;
}

const summary = () => world.github.reports.get(`${head()}:checkmend-report-${head()}`)?.summary;

describe('a failure', () => {
  test('of a check that passed on the same commit is flaky, and the report says why', async () => {
    await fails();
    expect(await lastRule()).toBe('diagnosis.no_fix');
    await passes();
    push();
    await fails();
    expect(await lastRule()).toBe('flaky');
    expect(await newest()).toMatchObject({ category: 'flaky', recommendation: 'rerun_failed_jobs' });
    expect(summary()).toContain('failed in this way and passed on 1 commit');
    expect(
      await world.store.flakiness.of({ repositoryId: '3', checkName: 'test', fingerprint: 'cafe' }, 0),
    ).toEqual({
      bothOnOneCommit: 1,
      returns: 1,
    });
  });

  test('that comes back twice on a pull request is flaky', async () => {
    await fails();
    for (const expected of ['diagnosis.no_fix', 'flaky']) {
      push();
      await passes({ prNumber: 5 });
      push();
      await fails();
      expect(await lastRule()).toBe(expected);
    }
    expect(summary()).toContain('came back 2 times after it had gone');
  });

  test('in another way is a failure of its own', async () => {
    await fails();
    await passes();
    push();
    world.diagnoses.set('test', { ...BROKEN, fingerprint: 'beef' });
    await fails();
    expect(await lastRule()).toBe('diagnosis.no_fix');
  });

  test('of another run of the same name, as for a push and its pull request, proves nothing', async () => {
    await fails();
    await passes({ suiteId: '2' });
    push();
    await fails();
    expect(await lastRule()).toBe('diagnosis.no_fix');
  });

  test('that the base had too proves nothing', async () => {
    const main = world.github.branches.get('main') ?? '';
    world.failedCheck('test', { id: '900', headSha: main });
    await fails();
    expect(await lastRule()).toBe('base.broken');
    await passes();
    push();
    world.failedCheck('test', { id: '900', headSha: main, conclusion: 'success' });
    await fails();
    expect(await lastRule()).toBe('diagnosis.no_fix');
  });

  test('of infrastructure stays one of infrastructure', async () => {
    world.diagnoses.set('test', { ...TRANSIENT, fingerprint: 'cafe' });
    await fails();
    await passes();
    push();
    await fails();
    expect((await newest())?.category).toBe('infrastructure');
  });

  test('that a patch mends is no matter of chance', async () => {
    world.diagnoses.set('test', diagnosisOf({ fingerprint: 'cafe' }));
    await fails();
    await passes();
    push();
    await fails();
    expect((await newest())?.category).toBe('format');
  });

  test('is judged by the mode of its category: flaky ones can be switched off', async () => {
    world.github.policyFile = 'mode: fix\ncategories:\n  flaky: off\n';
    await fails();
    await passes();
    push();
    await fails();
    expect(await lastRule()).toBe('mode.off');
  });

  test('of which nothing is known is told of once it is known to be flaky', async () => {
    world.diagnoses.set('test', { ...BROKEN, category: 'unknown' });
    await fails();
    expect(await lastRule()).toBe('diagnosis.unknown');
    await passes();
    push();
    await fails();
    expect(await lastRule()).toBe('flaky');
  });
});
