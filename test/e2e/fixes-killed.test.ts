import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { packUpdate } from '../../src/fixes/fix-content.ts';
import { fixApplicationPayload } from '../../src/messages/payloads.ts';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import { sendFix } from '../../workers/fix-messages.ts';
import { type Pull, RUNNER_LOG, Story, UGLY } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

let story: Story;

beforeAll(async () => {
  story = await Story.begin();
});
afterAll(() => story[Symbol.asyncDispose]());

/** Asks for an update of the branch, as the watch over the base does. */
async function askForUpdate(pull: Pull, baseSha: string): Promise<void> {
  const file = path.join(story.folder, 'checkmend.db');
  const queues = await SqliteQueueManager.open(file, { clock: systemClock });
  const [owner = '', repo = ''] = pull.repository.split('/');
  const { id } = await story.scenario.request(pull.repository, `GET /repos/${pull.repository}`);
  const payload = fixApplicationPayload.parse({
    installation_id: story.github.app.installationId,
    repository_id: String(id),
    owner,
    repo,
    head_sha: pull.headSha,
    pull_request_id: pull.id,
    pr_number: pull.number,
    check_run_id: '1',
    fix_strategy: 'update_branch',
    fix_content: packUpdate({ baseSha, checkName: 'format' }),
    confidence_score: 1,
  });
  await sendFix(payload, {}, { queues, clock: systemClock });
  await queues.close();
}

/** SIGKILL after the effect of every strategy at once: after the restart each effect is there exactly once. */
it('killed between the effect and the bookkeeping, every strategy has its effect exactly once', async () => {
  const suggest = FIX_AT_ONCE.replace('mode: fix', 'mode: suggest');
  const commit = await story.openPull(await story.repository('commit', FIX_AT_ONCE));
  const rerun = await story.openPull(await story.repository('rerun', FIX_AT_ONCE));
  const review = await story.openPull(await story.repository('review', suggest));
  const told = await story.openPull(await story.repository('told', 'mode: report\n'));
  const stackRepository = await story.repository('stack', FIX_AT_ONCE, { 'prices.py': UGLY });
  const stack = await story.openPull(stackRepository, { files: { 'other.py': 'x = 1\n' } });
  await story.scenario.protectBranch(stackRepository, 'topic');
  const updateRepository = await story.repository('update', FIX_AT_ONCE);
  const update = await story.openPull(updateRepository);
  const baseSha = await story.scenario.push(updateRepository, 'main', { 'cure.py': 'cure = 1\n' });
  await story.scenario.createCheckRun(updateRepository, {
    name: 'format',
    headSha: baseSha,
    conclusion: 'success',
  });

  const dead = Promise.withResolvers<void>();
  const hold = { afterEffect: true, until: dead.promise, times: Number.POSITIVE_INFINITY };
  const held = [
    'POST /repos/acme/rerun/actions/runs/*/rerun-failed-jobs',
    'POST /repos/acme/review/pulls/*/reviews',
    'POST /repos/acme/stack/pulls',
    'PUT /repos/acme/update/pulls/*/update-branch',
    'POST /repos/acme/told/check-runs',
  ].map((route) => story.github.faults.add({ ...hold, route, times: 1 }));
  const { runId } = await story.fail(rerun, { name: 'build', log: RUNNER_LOG });
  await story.fail(review);
  await story.fail(stack);
  await story.fail(told);
  await askForUpdate(update, baseSha);
  await until(async () => (held.every(({ left }) => left === 0) ? true : null), 60_000);
  // The commit last: the pull request that is stacked has needed one of its own.
  story.github.faults.add({ ...hold, route: 'POST /graphql', times: 1 });
  await story.fail(commit);
  const effects = async () =>
    (await story.fixCommits(commit)).length === 1 &&
    story.scenario.workflowRun(runId).attempt === 2 &&
    (await story.scenario.listReviews(review.repository, review.number)).length === 1 &&
    (await story.scenario.branchHead(updateRepository, 'topic')) !== update.headSha;
  await until(async () => ((await effects()) ? true : null), 60_000);
  expect((await story.attempts(commit)).map(({ status }) => status)).toEqual(['planned']);
  await story.kill();
  dead.resolve();

  await story.start();
  const results = [
    (await story.applied(commit, 'apply_patch')).result,
    (await story.applied(rerun, 'rerun_failed_jobs')).result,
    (await story.applied(review, 'suggest_change')).result,
    (await story.applied(stack, 'open_pull_request')).result,
    (await story.applied(update, 'update_branch')).result,
  ];
  await story.ruled(told, 'mode.report');
  await until(async () => {
    const lines = await story.timeline(told);
    return lines.some(({ kind }) => kind === 'action') ? true : null;
  }, 60_000);
  await story.report(commit);
  await story.stop();
  const [fix, ...more] = await story.fixCommits(commit);
  expect([results[0], more]).toEqual([fix?.sha, []]);
  expect([results[1], story.scenario.workflowRun(runId).attempt]).toEqual(['attempt 2', 2]);
  expect(await story.scenario.listReviews(review.repository, review.number)).toHaveLength(1);
  const pulls = story.github.requests.count('POST /repos/acme/stack/pulls');
  expect([results[3], pulls]).toEqual([expect.stringMatching(/^#\d+$/), 1]);
  const merges = await story.scenario.listCommits(updateRepository, 'topic');
  expect(merges[0]).toMatchObject({ sha: results[4], parents: [update.headSha, baseSha] });
  expect(merges.filter(({ parents }) => parents.length > 1)).toHaveLength(1);
  for (const { repository, headSha } of [commit, told]) {
    const own = await story.scenario.listCheckRuns(repository, headSha);
    expect(own.filter(({ app }) => app === story.github.app.slug)).toHaveLength(1);
  }
}, 180_000);
