import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import { FORMAT_LOG, type Pull, Story } from './story.ts';
import { FIX_AT_ONCE, until } from './support.ts';

/** A matrix of 256 jobs, GitHub's largest, ends within seconds. */
const JOBS = 256;

/** Requests that 256 failures on one commit may cost, reports and fix included. */
const REQUESTS_MAX = 120;

describe('256 checks at once', () => {
  let story: Story;

  const over = Promise.withResolvers<void>();

  beforeAll(async () => {
    story = await Story.begin();
    // The look at all repositories comes by the clock, whatever the checks do: it is kept at its first request.
    const route = 'GET /app/installations';
    story.github.faults.add({ route, times: Number.POSITIVE_INFINITY, until: over.promise });
  });
  afterAll(async () => {
    over.resolve();
    await story[Symbol.asyncDispose]();
  });

  async function matrix(pull: Pull, conclusion: string): Promise<void> {
    const jobs = Array.from({ length: JOBS }, (_, n) => ({
      name: `format (${n})`,
      conclusion,
      log: FORMAT_LOG,
    }));
    await story.scenario.runActions(pull.repository, {
      headSha: pull.headSha,
      headBranch: pull.branch,
      jobs,
    });
  }

  /** Waits until every delivery is done and no queue has anything left to do. */
  async function rest(): Promise<void> {
    const store = await story.store();
    const queues = await SqliteQueueManager.open(path.join(story.folder, 'checkmend.db'));
    try {
      await until(async () => {
        const names = ['pr_monitor', 'check_analyzer', 'fix_applicator'];
        const all = await Promise.all(names.map((name) => queues.getQueueStats(name)));
        const left = all.reduce((sum, { ready, delayed, inFlight }) => sum + ready + delayed + inFlight, 0);
        return left === 0 && (await store.deliveries.counts()).open === 0 ? true : null;
      }, 120_000);
    } finally {
      await queues.close();
    }
  }

  /** Requests of the service since `from`. */
  const requests = (from: number) =>
    story.github.requests.entries
      .slice(from)
      .filter(({ path: to }) => to !== '/app/installations')
      .map(({ method, path: to }) => `${method} ${to}`);

  it('that pass cost no request at all', async () => {
    const repository = await story.repository('passing', FIX_AT_ONCE);
    const pull = await story.openPull(repository);
    await until(async () => ((await story.timeline(pull)).length > 0 ? true : null));
    await rest();
    const from = story.github.requests.entries.length;
    await matrix(pull, 'success');
    const store = await story.store();
    const { id } = await story.scenario.request(repository, `GET /repos/${repository}`);
    await until(async () => {
      const kept = await store.checkRuns.listByHead(String(id), pull.headSha);
      return kept.length === JOBS ? true : null;
    }, 120_000);
    await rest();
    expect(requests(from)).toEqual([]);
  }, 240_000);

  it.each([
    { mode: 'fix', strategy: 'apply_patch' },
    { mode: 'suggest', strategy: 'suggest_change' },
  ] as const)(
    'that fail on one commit cost at most 120 requests in mode $mode, and are one report',
    async ({ mode, strategy }) => {
      const repository = await story.repository(`failing-${mode}`, FIX_AT_ONCE.replace('fix', mode));
      const pull = await story.openPull(repository);
      await until(async () => ((await story.timeline(pull)).length > 0 ? true : null));
      await rest();
      const from = story.github.requests.entries.length;
      await matrix(pull, 'failure');
      await story.applied(pull, strategy);
      await rest();
      const sent = requests(from);
      expect(sent.length).toBeLessThanOrEqual(REQUESTS_MAX);
      expect(await story.fixCommits(pull)).toHaveLength(mode === 'fix' ? 1 : 0);
      const reports = await story.scenario.listCheckRuns(repository, pull.headSha);
      expect(reports.filter(({ app }) => app === story.github.app.slug)).toHaveLength(1);
    },
    240_000,
  );
});
