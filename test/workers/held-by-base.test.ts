import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { QUEUES } from '../../src/messages/queues.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { RepositoryMonitorWorker } from '../../workers/repository-monitor.ts';
import { appOf } from '../github/support.ts';
import { type LocalGitHub, startLocalGitHub } from '../support/github/local-github.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const REPOSITORY = 'acme/shop';

let owned: AsyncDisposableStack;
let github: LocalGitHub;
let store: Store;
let queues: MemoryQueueManager;
let monitor: RepositoryMonitorWorker;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = owned.use(temporaryFolder());
  const clock = new ManualClock(Date.now() + 600_000);
  github = owned.use(await startLocalGitHub());
  store = owned.adopt(await openSqliteStore({ path: `${folder.path}/store.db`, clock }), (it) => it.close());
  queues = owned.adopt(new MemoryQueueManager({ clock }), (it) => it.close());
  const { installations } = appOf(github);
  const parts = { store, queues, installations, appId: github.app.id, clock, logger: silentLogger() };
  monitor = new RepositoryMonitorWorker(parts);
  await github.scenario.createRepository(REPOSITORY, { files: { 'a.py': 'x=1\n' } });
});
afterEach(() => owned.disposeAsync());

/** A look at all repositories; answers how often the pull request is to be looked at. */
async function looks(): Promise<number> {
  await monitor.reconcile();
  let count = 0;
  for (
    let got = await queues.getMessage(QUEUES.prMonitor);
    got;
    got = await queues.getMessage(QUEUES.prMonitor)
  ) {
    if (got.message.payload.pr_number === 3) count += 1;
    await queues.ackMessage(got.lease);
  }
  return count;
}

describe('a failure that is held for its base', () => {
  it('is looked at again when the base passes, though no event told: by the monitor, and only then', async () => {
    const headSha = (await github.scenario.branchHead(REPOSITORY, 'main')) ?? '';
    const id = await github.scenario.createCheckRun(REPOSITORY, {
      name: 'format',
      headSha,
      conclusion: 'failure',
    });
    await looks();
    const [repository] = (await store.installations.list())[0]?.repositories ?? [];
    await store.holds.put({
      checkRunId: '1',
      repositoryId: repository?.id ?? '',
      prNumber: 3,
      headSha: 'a'.repeat(40),
      checkName: 'format',
      baseRef: 'main',
      heldAt: 0,
    });
    expect(await looks()).toBe(0);
    await github.scenario.completeCheckRun(REPOSITORY, id, 'success');
    expect(await looks()).toBe(1);
  });
});
