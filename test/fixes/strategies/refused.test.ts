import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../../src/errors.ts';
import { packRerun, packUpdate } from '../../../src/fixes/fix-content.ts';
import type { RepositoryClient } from '../../../src/github/types.ts';
import type { FixStrategyName } from '../../../src/messages/payloads.ts';
import { deadLetters, later } from '../support/drain.ts';
import { PATCH, TRANSIENT, type World } from '../support/world.ts';
import { apply, withWorld } from './support.ts';

const CODES = ['forbidden', 'not_found', 'gone', 'conflict', 'validation_failed', 'refused'];

/** Each write of each strategy, and what has to be there for it. */
const WRITES: [FixStrategyName, keyof RepositoryClient, (world: World) => Promise<string>][] = [
  ['apply_patch', 'createCommit', async () => PATCH],
  ['suggest_change', 'createReview', async () => PATCH],
  ['open_pull_request', 'createBranch', async () => PATCH],
  ['open_pull_request', 'createCommit', async () => PATCH],
  ['open_pull_request', 'openPullRequest', async () => PATCH],
  ['rerun_failed_jobs', 'rerunFailedJobs', readyRun],
  ['update_branch', 'updateBranch', readyBase],
];

async function readyRun({ github, store, clock, head }: World): Promise<string> {
  const state = { status: 'completed', conclusion: 'failure' };
  github.runs.set('500', { id: '500', runAttempt: 1, headSha: head, createdAt: clock.now(), ...state });
  github.jobs.set('900', { id: '900', runId: '500', runAttempt: 1, name: 'build', ...state });
  await store.diagnoses.upsert({
    checkRunId: '900',
    repositoryId: '3',
    headSha: head,
    prNumber: 5,
    checkName: 'build',
    fingerprint: 'abab',
    diagnosis: TRANSIENT,
    createdAt: clock.now(),
    baseBroken: false,
  });
  return packRerun({ runId: '500', runAttempt: 1, fingerprint: 'abab' });
}

async function readyBase(world: World): Promise<string> {
  const baseSha = world.github.push('main', { 'cure.py': '1' });
  world.failedCheck('format', { headSha: baseSha, conclusion: 'success' });
  return packUpdate({ baseSha, checkName: 'format' });
}

describe.each(WRITES)('%s, refused at %s', (strategy, method, ready) => {
  test.each(CODES)('with %s: is told, by its rule, and makes no dead letter', (code) =>
    withWorld(async (world) => {
      const content = await ready(world);
      world.github.fault = (called, moment) => {
        if (called === method && moment === 'before') throw new PermanentError(code, 'no');
      };
      await apply(world, strategy, content);
      const rows = await world.store.fixAttempts.listByPullRequest('3', 5);
      const row = rows.find((it) => it.strategy === strategy);
      // GitHub's 422 for a review says that a comment lies outside of the diff.
      const sifted = method === 'createReview' && code === 'validation_failed';
      expect(row?.status).toBe(sifted ? 'dropped' : 'failed');
      expect(row?.reason).toContain(sifted ? '(rule suggest.refused)' : `(rule github.${code})`);
      expect(world.github.branches.get('main')).not.toBe(world.github.branches.get('topic'));
      expect(await deadLetters(world)).toEqual([]);
    }),
  );

  test('by an outage: is done once when that is over', () =>
    withWorld(async (world) => {
      const content = await ready(world);
      const until = world.clock.now() + 10 * 60_000;
      world.github.fault = (called, moment) => {
        if (called !== method || moment !== 'before' || world.clock.now() >= until) return;
        throw new TransientError('unavailable', 'GitHub answered 503');
      };
      await apply(world, strategy, content);
      for (let minute = 0; minute < 12; minute++) await later(world, 60_000);
      const rows = await world.store.fixAttempts.listByPullRequest('3', 5);
      expect(rows.map((row) => [row.strategy, row.status])).toEqual([[strategy, 'applied']]);
    }));
});
