import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { analyzeLog } from '../../src/analysis/analyze.ts';
import { systemClock } from '../../src/clock.ts';
import { type DomainEvents, EventBus } from '../../src/events/index.ts';
import { RepositoryFacts } from '../../src/fixes/repository-facts.ts';
import { createGitHubApp } from '../../src/github/app.ts';
import { silentLogger } from '../../src/logger.ts';
import { CheckAnalysisMessage } from '../../src/messages/check-analysis-message.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import type { WorkerMessage } from '../../src/messages/worker-message.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import type { BaseWorker } from '../../src/worker/base-worker.ts';
import type { WorkerObserver } from '../../src/worker/observer.ts';
import { TransientBackoff } from '../../src/worker/transient-backoff.ts';
import { CheckAnalyzerBatchWorker } from '../../workers/check-analyzer-batch.ts';
import type { WorkerDependencies } from '../../workers/dependencies.ts';
import { createFixApplicatorWorker } from '../../workers/fix-applicator.ts';
import { AFTER, BEFORE, FIX_POLICY, PATCH } from '../fixes/support/world.ts';
import { type LocalGitHub, startLocalGitHub } from '../support/github/local-github.ts';
import type { OpenedPullRequest } from '../support/github/scenario/pulls.ts';

/** What a job log of Actions looks like: a time stamp on every line. */
function logOf(text: string): string {
  return text.replace(/^/gm, '2026-01-01T00:00:00.0000000Z ');
}

const FORMAT_LOG = logOf(
  `##[group]Run black --check --diff .\n##[endgroup]\n` +
    PATCH.replace('--- a/app.py', '--- app.py\t2026-01-01 00:00:00+00:00').replace(
      '+++ b/app.py',
      '+++ app.py\t2026-01-01 00:00:01+00:00',
    ) +
    `would reformat app.py\n\n1 file would be reformatted.\n##[error]Process completed with exit code 1.\n`,
);
const RUNNER_LOG = logOf('##[error]The hosted runner: r1 lost communication with the server.\n');

/** The workers as the service runs them, on a local GitHub over HTTP. */
describe('the workers on a local GitHub', () => {
  let github: LocalGitHub;
  let folder: string;
  let store: Store;
  let queues: MemoryQueueManager;
  let bus: EventBus<DomainEvents>;
  let workers: BaseWorker[];
  let pull: OpenedPullRequest;
  let repository: string;
  let onReport: () => void;
  let count = 0;

  beforeAll(async () => {
    github = await startLocalGitHub();
  });
  afterAll(() => github.close());

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'workers-'));
    store = await openSqliteStore({ path: path.join(folder, 'store.db'), clock: systemClock });
    queues = new MemoryQueueManager();
    bus = new EventBus();
    const app = createGitHubApp({
      appId: github.app.id,
      privateKey: github.app.privateKey,
      apiUrl: github.url,
      logger: silentLogger(),
      throttle: false,
    });
    const dependencies: WorkerDependencies = {
      store,
      queues,
      bus,
      github: app,
      facts: new RepositoryFacts(app, systemClock),
      mode: 'policy',
      clock: systemClock,
      analyze: analyzeLog,
    };
    onReport = () => {};
    const observer: WorkerObserver = {
      processed: (_worker, { payload }) => {
        if (payload.fix_strategy === 'report') onReport();
      },
    };
    const settings = {
      observers: [observer],
      transientBackoff: new TransientBackoff({ baseMs: 20, maxMs: 50 }),
    };
    workers = [
      new CheckAnalyzerBatchWorker(dependencies, settings),
      createFixApplicatorWorker(dependencies, settings),
    ];
    for (const worker of workers) worker.start();
    const files = { 'app.py': BEFORE, '.github/checkmend.yml': FIX_POLICY };
    repository = `acme/shop-${++count}`;
    await github.scenario.createRepository(repository, { files });
    pull = await github.scenario.openPullRequest(repository, {
      branch: 'topic',
      files: { 'b.py': 'b = 1\n' },
    });
  });

  afterEach(async () => {
    github.faults.clear();
    github.switchOn('graphql');
    github.switchOn('commit-pulls');
    await Promise.all(workers.map((worker) => worker.stop()));
    for (const queue of Object.values(QUEUES))
      expect((await queues.deadLetters.list(queue)).letters).toEqual([]);
    await queues.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function repositoryId(): Promise<string> {
    return String((await github.scenario.request(repository, `GET /repos/${repository}`)).id);
  }

  /** The check run that the App has made on the old head. */
  async function ownReport() {
    const runs = await github.scenario.listCheckRuns(repository, pull.headSha);
    return runs.find((run) => run.app === github.app.slug);
  }

  /** Has a check fail, and sends the message that its webhook would lead to. */
  async function fail(name: string, log: string): Promise<{ runId: number }> {
    const { headSha } = pull;
    const jobs = [{ name, conclusion: 'failure', log }];
    const run = await github.scenario.runActions(repository, { headSha, jobs });
    const [owner = '', repo = ''] = repository.split('/');
    const message = new CheckAnalysisMessage(
      {
        installation_id: github.app.installationId,
        repository_id: await repositoryId(),
        owner,
        repo,
        head_sha: headSha,
        check_run_id: String(run.jobs[name]),
        pull_request_id: null,
        pr_number: null,
        failure_logs: '',
      },
      { timestamp: Date.now(), correlationId: 'guid-9' },
    );
    await queues.sendMessage(QUEUES.checkAnalyzer, message.toWorkerMessage() as unknown as WorkerMessage);
    return { runId: run.runId };
  }

  /** Resolves with the next event of that name. */
  function next<Name extends keyof DomainEvents>(name: Name): Promise<DomainEvents[Name]> {
    return new Promise((resolve) => bus.once(name, (fact) => resolve(fact as DomainEvents[Name])));
  }

  /** Resolves when the next report is written. */
  function reported(): Promise<void> {
    return new Promise((resolve) => {
      onReport = resolve;
    });
  }

  test('a red format check becomes one commit, and a report on the old head', async () => {
    const applied = next('fix.applied');
    await fail('format', FORMAT_LOG);
    const written = reported();
    const { result } = await applied;
    await written;
    expect(await github.scenario.branchHead(repository, 'topic')).toBe(result);
    expect(String(await github.scenario.readFile(repository, 'topic', 'app.py'))).toBe(AFTER);
    const [commit, parent] = await github.scenario.listCommits(repository, 'topic');
    expect(commit?.message).toContain('Checkmend-Fix: fix_application_');
    expect(parent?.sha).toBe(pull.headSha);
    expect(await ownReport()).toMatchObject({ name: 'Checkmend', conclusion: 'success' });
  });

  test('an answer to the commit that is lost leads to no second commit', async () => {
    github.faults.add({ route: 'POST /graphql', times: 2, drop: true, afterEffect: true });
    const applied = next('fix.applied');
    await fail('format', FORMAT_LOG);
    await applied;
    const commits = await github.scenario.listCommits(repository, 'topic');
    expect(commits.filter(({ message }) => message.includes('Checkmend-Fix'))).toHaveLength(1);
  });

  test('without GraphQL and the commits route the fix is made all the same', async () => {
    github.switchOff('graphql');
    github.switchOff('commit-pulls');
    const applied = next('fix.applied');
    await fail('format', FORMAT_LOG);
    await applied;
    expect(String(await github.scenario.readFile(repository, 'topic', 'app.py'))).toBe(AFTER);
  });

  test('a lost runner leads to a re-run of the failed jobs', async () => {
    const applied = next('fix.applied');
    const { runId } = await fail('build', RUNNER_LOG);
    expect((await applied).strategy).toBe('rerun_failed_jobs');
    expect(github.scenario.workflowRun(runId).attempt).toBe(2);
  });

  test('an outage of some answers is waited out', async () => {
    github.faults.add({ route: 'GET /repos/*/*/pulls/*', times: 4, status: 502 });
    const applied = next('fix.applied');
    await fail('format', FORMAT_LOG);
    await applied;
    expect(String(await github.scenario.readFile(repository, 'topic', 'app.py'))).toBe(AFTER);
  });

  test('a missing permission is named', async () => {
    const body = { message: 'Resource not accessible by integration' };
    github.faults.add({ route: 'POST /graphql', times: Infinity, status: 403, body });
    const dropped = next('fix.dropped');
    await fail('format', FORMAT_LOG);
    const written = reported();
    expect((await dropped).reason).toContain('Contents: write');
    await written;
    expect((await ownReport())?.summary).toContain('Contents\\: write');
  });
});
