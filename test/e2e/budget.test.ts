import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { fixture, REPOSITORY, Stage, until } from './support.ts';

/** What an installation may be asked for in a minute; without sharing it would be three times as much. */
const WRITES_PER_MINUTE = 4;

describe('three processes that work for one installation', () => {
  const running: ServiceProcess[] = [];
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.set(null, { GITHUB_WRITES_PER_MINUTE: String(WRITES_PER_MINUTE) });
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.end('SIGTERM')));
    await stage[Symbol.asyncDispose]();
  });

  const writes = () =>
    stage.github.requests.entries.filter(
      ({ method, path: to }) => method !== 'GET' && (to.startsWith('/repos/') || to === '/graphql'),
    ).length;

  it('share its budget: together they write no more than it allows, and nothing is lost', async () => {
    running.push(await stage.start('serve'));
    for (let n = 0; n < 12; n++) {
      const branch = `prices-${n}`;
      const { headSha } = await stage.github.scenario.openPullRequest(REPOSITORY, {
        branch,
        files: { 'prices.py': `${fixture('format/before/prices.py')}# ${n}\n` },
      });
      const job = { name: 'format', conclusion: 'failure' as const, log: fixture('format/job.log') };
      await stage.github.scenario.runActions(REPOSITORY, { headSha, headBranch: branch, jobs: [job] });
    }
    const before = writes();
    const work = ['work', '--queues', 'pr_monitor,check_analyzer,fix_applicator', '--concurrency', '2'];
    running.push(...(await Promise.all([1, 2, 3].map(() => stage.start(...work)))));

    const queues = await SqliteQueueManager.open(path.join(stage.settings.dataDir, 'checkmend.db'));
    const resting = await until(async () => {
      const all = await Promise.all(
        ['pr_monitor', 'check_analyzer', 'fix_applicator'].map((it) => queues.getQueueStats(it)),
      );
      const moving = all.reduce((sum, { ready, inFlight }) => sum + ready + inFlight, 0);
      // Between two turns nothing may move although the budget has room: it has to be used up as well.
      return writes() - before >= WRITES_PER_MINUTE && moving === 0 ? all : null;
    }, 50_000);
    const dead = await Promise.all(
      ['check_analyzer', 'fix_applicator'].map((it) => queues.deadLetters.list(it)),
    );
    await queues.close();

    expect(writes() - before).toBe(WRITES_PER_MINUTE);
    expect(resting.reduce((sum, { delayed }) => sum + delayed, 0)).toBeGreaterThan(0);
    expect(dead.flatMap(({ letters }) => letters)).toEqual([]);
  });
});
