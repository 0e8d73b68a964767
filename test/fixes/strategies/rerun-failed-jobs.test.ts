import { describe, expect, test } from 'vitest';
import { packRerun } from '../../../src/fixes/fix-content.ts';
import { analyse } from '../support/drain.ts';
import { diagnosisOf, TRANSIENT, type World } from '../support/world.ts';
import { apply, attempts, refusals, withWorld } from './support.ts';

const DAY_MS = 24 * 3_600_000;

/** A completed run of the head, with one job that infrastructure failed. */
async function run(
  world: World,
  { id = '500', attempt = 1, ageMs = 0, headSha = world.head } = {},
): Promise<void> {
  const createdAt = world.clock.now() - ageMs;
  const state = { status: 'completed', conclusion: 'failure' };
  world.github.runs.set(id, { id, runAttempt: attempt, headSha, createdAt, ...state });
  if (world.github.jobs.has(`9${id}`)) return;
  const job = { id: `9${id}`, runId: id, runAttempt: attempt, name: 'build', ...state };
  world.github.jobs.set(job.id, job);
  await world.store.diagnoses.upsert({
    checkRunId: job.id,
    repositoryId: '3',
    headSha,
    prNumber: 5,
    checkName: 'build',
    fingerprint: 'abab',
    diagnosis: TRANSIENT,
    createdAt,
    baseBroken: false,
  });
}

function rerun(world: World, { id = '500', attempt = 1, fingerprint = 'abab', by = '' } = {}) {
  const content = packRerun({ runId: id, runAttempt: attempt, fingerprint });
  return apply(world, 'rerun_failed_jobs', content, by === '' ? {} : { requestedBy: by });
}

describe('rerun_failed_jobs', () => {
  test('re-runs a run whose failed jobs were all failed by infrastructure', () =>
    withWorld(async (world) => {
      await run(world);
      await rerun(world);
      expect(await attempts(world)).toEqual([['rerun_failed_jobs', 'applied', 'attempt 2']]);
    }));

  test.each([
    ['just within 30 days is done', 30 * DAY_MS - 60_000, []],
    ['after 30 days is not', 30 * DAY_MS + 60_000, ['rerun.too_old']],
  ])('%s', (_name, ageMs, rules) =>
    withWorld(async (world) => {
      await run(world, { ageMs });
      await rerun(world);
      expect(await refusals(world)).toEqual(rules);
    }),
  );

  test.each([
    [49, []],
    [50, ['rerun.limit_per_run']],
  ])('attempt %i: refused by %j', (attempt, rules) =>
    withWorld(async (world) => {
      await run(world, { attempt });
      await rerun(world, { attempt });
      expect(await refusals(world)).toEqual(rules);
    }),
  );

  test('is done once for a run and a fingerprint, unless a person asks', () =>
    withWorld(async (world) => {
      await run(world);
      await rerun(world);
      await run(world, { attempt: 2 });
      await rerun(world, { attempt: 2 });
      expect(await refusals(world)).toEqual(['rerun.repeat']);
      await rerun(world, { attempt: 2, by: 'ann' });
      expect(world.github.runs.get('500')?.runAttempt).toBe(3);
    }));

  test('is done three times for one head, also when a person asks', () =>
    withWorld(async (world) => {
      for (const id of ['501', '502', '503', '504', '505']) await run(world, { id });
      for (const id of ['501', '502', '503', '504']) await rerun(world, { id });
      await rerun(world, { id: '505', by: 'ann' });
      expect(await refusals(world)).toEqual(['rerun.limit_per_head', 'rerun.limit_per_head']);
      expect([...world.github.runs.values()].filter(({ runAttempt }) => runAttempt > 1)).toHaveLength(3);
    }));

  test('does not hide a job that failed for a reason of its own, unless a person asks', () =>
    withWorld(async (world) => {
      await run(world);
      const job = world.github.jobs.get('9500');
      if (job) world.github.jobs.set('9501', { ...job, id: '9501', name: 'test' });
      const record = await world.store.diagnoses.find('9500');
      const diagnosis = diagnosisOf({ category: 'test', patch: null });
      if (record) await world.store.diagnoses.upsert({ ...record, checkRunId: '9501', diagnosis });
      await rerun(world);
      expect(await refusals(world)).toEqual(['rerun.not_all_transient']);
      await rerun(world, { by: 'ann' });
      expect(world.github.runs.get('500')?.runAttempt).toBe(2);
    }));

  test('is not done for a run of another head', () =>
    withWorld(async (world) => {
      await run(world, { headSha: 'c'.repeat(40) });
      await rerun(world);
      expect(await refusals(world)).toEqual(['head.moved']);
    }));

  test('is not done for a run that is gone, or content that names none', () =>
    withWorld(async (world) => {
      await rerun(world);
      await apply(world, 'rerun_failed_jobs', '{}');
      expect(await refusals(world)).toEqual(['rerun.run_gone', 'rerun.malformed']);
    }));

  test('is done ten times a day at most', () =>
    withWorld(
      async (world) => {
        await run(world);
        await run(world, { id: '501' });
        await rerun(world);
        await rerun(world, { id: '501' });
        expect(await refusals(world)).toEqual(['rerun.limit_per_day']);
      },
      { policy: 'limits:\n  reruns_per_day: 1\n' },
    ));

  test('is allowed in the default mode', () =>
    withWorld(
      async (world) => {
        await run(world);
        world.diagnoses.set('build', TRANSIENT);
        await analyse(world, world.failedCheck('build'));
        expect(world.github.runs.get('500')?.runAttempt).toBe(2);
      },
      { policy: null },
    ));
});
