import { describe, expect, test } from 'vitest';
import { attempts, withWorld } from '../fixes/strategies/support.ts';
import { analyse, later } from '../fixes/support/drain.ts';
import { BEFORE, diagnosisOf, FIX_POLICY, PATCH, TRANSIENT, type World } from '../fixes/support/world.ts';

const HOUR_MS = 3_600_000;
const SHADOW = FIX_POLICY.replace('fix', 'shadow');

/** Somebody pushes, and a check of the new head fails; what would be made of it differs from head to head. */
async function failOnNewHead(world: World, n: number, name = 'format'): Promise<void> {
  const headSha = world.github.push('topic', { 'app.py': BEFORE, [`${n}.py`]: 'x = 1\n' });
  await failOn(world, headSha, name, `${n}`);
}

async function failOn(world: World, headSha: string, name: string, mark: string): Promise<void> {
  const patch = PATCH.replace('+y = [1, 2]', `+y = [1, 2]  # ${mark}`);
  world.diagnoses.set(name, diagnosisOf({ patch, fingerprint: mark }));
  const message = world.failedCheck(name, { headSha });
  await analyse(world, { ...message, payload: { ...message.payload, head_sha: headSha } });
  await later(world, 60_000);
}

async function verdicts(world: World): Promise<(string | null)[]> {
  const entries = await world.store.timeline.list({ owner: 'octo', repo: 'app' });
  return entries.filter(({ kind }) => kind === 'verdict').map(({ rule }) => rule);
}

describe('shadow mode', () => {
  test('would commit three times a day, as mode fix does', () =>
    withWorld(
      async (world) => {
        for (const n of [1, 2, 3, 4]) await failOnNewHead(world, n);
        expect(await verdicts(world)).toEqual(['mode.fix', 'mode.fix', 'mode.fix', 'limit.commits_per_day']);
        await later(world, 24 * HOUR_MS);
        await failOnNewHead(world, 5);
        expect((await verdicts(world)).at(-1)).toBe('mode.fix');
        expect(world.github.calls).not.toContain('createCommit');
      },
      { policy: SHADOW },
    ));

  test('counts the fixes of one head as the one commit that they would be', () =>
    withWorld(
      async (world) => {
        for (const n of [1, 2, 3]) await failOnNewHead(world, n);
        const headSha = world.github.branches.get('topic') ?? '';
        await failOn(world, headSha, 'lint', 'lint');
        expect((await attempts(world))[0]).toEqual(['apply_patch', 'dropped', 'mode.shadow']);
      },
      { policy: SHADOW },
    ));

  test('would re-run no more a day than the policy allows', () =>
    withWorld(
      async (world) => {
        for (const run of ['501', '502']) {
          const headSha = world.github.push('topic', { [`${run}.py`]: 'x = 1\n' });
          world.diagnoses.set('test', TRANSIENT);
          const message = world.failedCheck('test', { headSha });
          const id = message.payload.check_run_id;
          const job = world.github.jobs.get(id);
          if (job) world.github.jobs.set(id, { ...job, runId: run });
          world.github.runs.set(run, {
            id: run,
            runAttempt: 1,
            headSha,
            status: 'completed',
            conclusion: 'failure',
            createdAt: world.clock.now(),
          });
          await analyse(world, { ...message, payload: { ...message.payload, head_sha: headSha } });
          await later(world, 60_000);
        }
        const rules = (await attempts(world)).map(([, , rule]) => rule);
        expect(rules).toEqual(['rerun.limit_per_day', 'mode.shadow']);
        expect(world.github.calls).not.toContain('rerunFailedJobs');
      },
      { policy: `${SHADOW}limits: { reruns_per_day: 1 }\n` },
    ));

  test('does not count against the commits that are made after it', () =>
    withWorld(
      async (world) => {
        for (const n of [1, 2, 3]) await failOnNewHead(world, n);
        world.github.policyFile = FIX_POLICY;
        await later(world, 60_000);
        await failOnNewHead(world, 4);
        expect((await attempts(world))[0]?.slice(0, 2)).toEqual(['apply_patch', 'applied']);
      },
      { policy: SHADOW },
    ));
});
