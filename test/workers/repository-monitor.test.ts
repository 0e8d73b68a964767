import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Installations } from '../../src/github/installations.ts';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { PullRequestRecord, Store } from '../../src/store/types.ts';
import { type RepositoryMonitorOptions, RepositoryMonitorWorker } from '../../workers/repository-monitor.ts';
import { appOf } from '../github/support.ts';
import { type LocalGitHub, startLocalGitHub } from '../support/github/local-github.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const REPOSITORY = 'acme/shop';

let owned: AsyncDisposableStack;
let github: LocalGitHub;
let installations: Installations;
let store: Store;
let queues: MemoryQueueManager;
let clock: ManualClock;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = owned.use(temporaryFolder());
  // Later than everything that GitHub tells: no delivery is on its way any more. At the start of a slot.
  clock = new ManualClock(Math.ceil((Date.now() + 600_000) / 300_000) * 300_000);
  github = owned.use(await startLocalGitHub());
  store = owned.adopt(await openSqliteStore({ path: `${folder.path}/store.db`, clock }), (it) => it.close());
  queues = owned.adopt(new MemoryQueueManager({ clock }), (it) => it.close());
  installations = appOf(github).installations;
});
afterEach(() => owned.disposeAsync());

function monitor(options: Partial<RepositoryMonitorOptions> = {}): RepositoryMonitorWorker {
  const parts = { store, queues, installations, appId: github.app.id, clock, logger: silentLogger() };
  return new RepositoryMonitorWorker({ ...parts, ...options });
}

/** What is queued, taken off. */
async function queued(): Promise<string[]> {
  const types: string[] = [];
  for (const queue of [QUEUES.prMonitor, QUEUES.checkAnalyzer]) {
    for (let got = await queues.getMessage(queue); got; got = await queues.getMessage(queue)) {
      const { type, payload } = got.message;
      types.push(`${type} ${'check_run_id' in payload ? payload.check_run_id : payload.pr_number}`);
      await queues.exchange(queue, { outcomes: [{ lease: got.lease, outcome: { kind: 'done' } }] });
    }
  }
  return types;
}

/** Stores a pull request as the worker of the queue would. */
async function know(number: number, changes: Partial<PullRequestRecord> = {}): Promise<void> {
  const [repository] = (await store.installations.list())[0]?.repositories ?? [];
  const { owner = 'acme', name = 'shop', id = '0' } = repository ?? {};
  const client = appOf(github).repository(github.app.installationId, owner, name);
  const info = await client.getPullRequest(number);
  if (!info) throw new Error(`no pull request ${number}`);
  const { headRepositoryId: _, ...facts } = info;
  const where = { repositoryId: id, installationId: github.app.installationId, owner, repo: name };
  await store.pullRequests.upsert({ ...facts, ...where, ...changes });
}

async function openWithFailure() {
  await github.scenario.createRepository(REPOSITORY, { files: { 'a.py': 'x=1\n' } });
  const pull = await github.scenario.openPullRequest(REPOSITORY, {
    branch: 'topic',
    files: { 'a.py': 'x=2\n' },
  });
  const jobs = [
    { name: 'lint', conclusion: 'failure', log: 'E\n' },
    { name: 'test', conclusion: 'success', log: 'ok\n' },
  ];
  const run = await github.scenario.runActions(REPOSITORY, {
    headSha: pull.headSha,
    headBranch: 'topic',
    jobs,
  });
  return { pull, lint: run.jobs.lint ?? 0 };
}

describe('a look at the repositories of every installation', () => {
  it('knows where the App is installed, and queues what no delivery has told', async () => {
    const { pull, lint } = await openWithFailure();
    const result = await monitor().reconcile();
    expect(result).toMatchObject({ repositories: 1, pullRequests: 1, checkRuns: 1, complete: true });
    expect(await queued()).toEqual([`check_pull_request ${pull.number}`, `analyze_check_failure ${lint}`]);
    const [installation] = await store.installations.list();
    expect(installation).toMatchObject({ id: github.app.installationId, account: 'acme', suspended: false });
    expect(installation?.repositories.map(({ owner, name }) => `${owner}/${name}`)).toEqual([REPOSITORY]);
  });

  it('costs nothing of the limit where nothing has changed, and queues nothing twice', async () => {
    const { pull } = await openWithFailure();
    const it = monitor();
    expect((await it.reconcile()).charged).toBe(3);
    await queued();
    await know(pull.number);
    const again = await it.reconcile();
    expect(again).toMatchObject({ requests: 3, charged: 0, pullRequests: 0, checkRuns: 0 });
    expect(await queued()).toEqual([]);
  });

  it('leaves a failure that ended a moment ago to its delivery', async () => {
    await openWithFailure();
    clock = new ManualClock(Date.now());
    expect(await monitor().reconcile()).toMatchObject({ checkRuns: 0 });
  });

  it('has read again what was closed, labelled or pushed to', async () => {
    const { scenario } = github;
    await scenario.createRepository(REPOSITORY, { files: { 'a.py': 'x=1\n' } });
    const open = async (branch: string) =>
      await scenario.openPullRequest(REPOSITORY, { branch, files: { [branch]: '' } });
    const [closed, labelled, pushed, same] = [
      await open('closed'),
      await open('labelled'),
      await open('pushed'),
      await open('same'),
    ];
    const it = monitor();
    await it.reconcile();
    await queued();
    for (const { number } of [closed, labelled, pushed, same]) await know(number);
    await scenario.close(REPOSITORY, closed.number);
    await scenario.label(REPOSITORY, labelled.number, 'bug');
    await scenario.push(REPOSITORY, 'pushed', { b: '' });
    await clock.advance(300_000);
    await it.reconcile();
    const numbers = [closed, labelled, pushed].map(({ number }) => `check_pull_request ${number}`);
    expect((await queued()).toSorted()).toEqual(numbers.toSorted());
  });

  it('deletes the data of repositories and installations that are gone', async () => {
    const { pull } = await openWithFailure();
    const it = monitor();
    await it.reconcile();
    await know(pull.number);
    const { id = '' } = (await store.installations.list())[0]?.repositories[0] ?? {};
    const gone = (repositories: boolean): Installations => ({
      list: async () => (repositories ? await installations.list() : []),
      repositories: async () => ({ entries: [], requests: 1, charged: 1 }),
      rateLimit: async () => null,
      survey: installations.survey.bind(installations),
    });
    await monitor({ installations: gone(true) }).reconcile();
    expect(await store.pullRequests.find(id, pull.number)).toBeNull();
    expect(await store.installations.list()).toHaveLength(1);
    await monitor({ installations: gone(false) }).reconcile();
    expect(await store.installations.list()).toEqual([]);
  });

  it('uses the list of the store where the server has no route for it', async () => {
    await openWithFailure();
    await monitor().reconcile();
    await queued();
    github.switchOff('installation-repositories');
    expect(await monitor().reconcile()).toMatchObject({ repositories: 1, complete: true });
  });

  it('goes on past an installation that gives no token', async () => {
    await openWithFailure();
    await store.installations.upsert({ id: '999', account: 'gone', suspended: false });
    const listed = await installations.list();
    const both: Installations = {
      list: async () => [{ id: '999', account: 'gone', suspended: false }, ...listed],
      repositories: (id) => installations.repositories(id),
      rateLimit: (id) => installations.rateLimit(id),
      survey: installations.survey.bind(installations),
    };
    expect(await monitor({ installations: both }).reconcile()).toMatchObject({
      repositories: 1,
      complete: false,
    });
  });
});

describe('what it may use', () => {
  it('is a tenth of what is left, over all ticks of an hour, and every repository has its turn', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) {
      await github.scenario.createRepository(`acme/${name}`, { files: { x: '' } });
      await github.scenario.openPullRequest(`acme/${name}`, { branch: 'topic', files: { x: 'y' } });
    }
    let remaining = 50;
    let resetAt = clock.now() + 3_600_000;
    const looked: string[] = [];
    let spent = 0;
    const limited: Installations = {
      list: () => installations.list(),
      repositories: (id) => installations.repositories(id),
      rateLimit: async () => ({ limit: 5000, remaining, resetAt }),
      survey(id, owner, repo) {
        looked.push(repo);
        return installations.survey(id, owner, repo);
      },
    };
    const hour = async () => {
      spent = 0;
      for (let tick = 0; tick < 4; tick++) {
        // As in a process that has just started: every answer is new.
        installations = appOf(github).installations;
        const { charged, complete } = await monitor({ installations: limited }).reconcile();
        spent += charged;
        remaining -= charged;
        expect(complete).toBe(false);
      }
      expect(spent).toBeLessThanOrEqual(5);
      expect(spent).toBeGreaterThan(1);
    };
    for (let n = 0; n < 6; n++) {
      await hour();
      remaining = 50;
      resetAt += 3_600_000;
    }
    expect([...new Set(looked)].toSorted()).toEqual(names);
  });
});

describe('its schedule', () => {
  it('is every 300 s, once over all processes', async () => {
    await openWithFailure();
    let looks = 0;
    const counted: Installations = {
      list: async () => {
        looks += 1;
        return [];
      },
      repositories: async () => ({ entries: [], requests: 1, charged: 1 }),
      rateLimit: async () => null,
      survey: installations.survey.bind(installations),
    };
    const both = [1, 2].map(() => monitor({ installations: counted, random: () => 0.5 }));
    for (const it of both) it.start();
    for (let step = 0; step < 64; step++) {
      await clock.advance(10_000);
      // The claims of a tick are real writes: these stand in line behind them.
      for (let turn = 0; turn < 3; turn++) await store.check();
    }
    await Promise.all(both.map((it) => it.stop()));
    expect(looks).toBe(3);
  });
});
