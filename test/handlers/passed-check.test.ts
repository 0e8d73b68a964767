import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRunHandler } from '../../handlers/check-run.ts';
import { subscribe } from '../../handlers/handler.ts';
import { EventBus } from '../../src/events/event-bus.ts';
import type { ServiceEvents } from '../../src/events/event-map.ts';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { MemoryQueueManager } from '../../src/queue/memory.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

const OLD = 'a'.repeat(40);
const FIXED = 'b'.repeat(40);
const MAIN = 'c'.repeat(40);

let owned: AsyncDisposableStack;
let store: Store;
let queues: MemoryQueueManager;
let bus: EventBus<ServiceEvents>;
let nextDelivery = 1;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = owned.use(temporaryFolder());
  const clock = new ManualClock();
  store = owned.adopt(await openSqliteStore({ path: `${folder.path}/store.db`, clock }), (it) => it.close());
  queues = owned.adopt(new MemoryQueueManager({ clock }), (it) => it.close());
  bus = new EventBus<ServiceEvents>();
  subscribe(bus, checkRunHandler, { queues, store, clock, logger: silentLogger(), appId: '7' });
});
afterEach(() => owned.disposeAsync());

/** A check passes; answers the pull requests that are to be looked at. */
async function passes(changes: object = {}): Promise<unknown[]> {
  const payload = {
    action: 'completed',
    repository: { id: 9, name: 'shop', owner: { login: 'acme' } },
    installation: { id: 1 },
    check_run: {
      id: 55,
      name: 'format',
      status: 'completed',
      conclusion: 'success',
      head_sha: MAIN,
      completed_at: '2026-01-01T00:00:00Z',
      app: { id: 15368, slug: 'github-actions' },
      check_suite: { id: 3, head_branch: 'main' },
      pull_requests: [],
      ...changes,
    },
  };
  const deliveryId = String(nextDelivery++);
  const event = { appId: '7', deliveryId, name: 'check_run', action: 'completed', payload };
  const { errors } = await bus.publish('check_run.completed', { ...event, receivedAt: 0, source: 'webhook' });
  expect(errors).toEqual([]);
  const seen: unknown[] = [];
  for (let got = await queues.getMessage('pr_monitor'); got; got = await queues.getMessage('pr_monitor')) {
    seen.push(got.message.payload.pr_number);
    await queues.ackMessage(got.lease);
  }
  return seen;
}

async function hold(prNumber: number, checkName = 'format', baseRef = 'main'): Promise<void> {
  const checkRunId = String(100 + prNumber);
  await store.holds.put({
    checkRunId,
    repositoryId: '9',
    prNumber,
    headSha: OLD,
    checkName,
    baseRef,
    heldAt: 0,
  });
}

async function fix(strategy: string, result: string): Promise<void> {
  await store.diagnoses.upsert({
    checkRunId: '50',
    repositoryId: '9',
    headSha: OLD,
    prNumber: 3,
    checkName: 'format',
    fingerprint: 'f0',
    diagnosis: {} as never,
    createdAt: 0,
    baseBroken: false,
  });
  await store.fixAttempts.plan({
    id: 'fix',
    repositoryId: '9',
    prNumber: 3,
    headSha: OLD,
    checkRunId: '50',
    strategy,
    contentDigest: 'd',
    reverseDigest: null,
    status: 'applied',
    result,
    reason: null,
    createdAt: 0,
    updatedAt: 0,
    outcome: null,
  });
}

describe('a check that passed', () => {
  it('is kept, and wakes nobody who does not wait for it', async () => {
    expect(await passes()).toEqual([]);
    expect(await store.checkRuns.find('55')).toMatchObject({
      name: 'format',
      headSha: MAIN,
      conclusion: 'success',
      suiteId: '3',
    });
  });

  it('of our own is no fact about anybody', async () => {
    await passes({ app: { id: 7, slug: 'checkmend' } });
    expect(await store.checkRuns.find('55')).toBeNull();
  });

  it('on the base wakes what is held for that check and that base', async () => {
    await hold(3);
    await hold(4, 'lint');
    await hold(5, 'format', 'release');
    await hold(6);
    expect(await passes()).toEqual([3, 6]);
  });

  it('on a head wakes nothing that is held', async () => {
    await hold(3);
    expect(await passes({ check_suite: { id: 3, head_branch: 'topic' } })).toEqual([]);
  });

  it('of a suite that names no branch wakes what is held, unless the commit is known to be a head', async () => {
    await hold(3);
    expect(await passes({ check_suite: null })).toEqual([3]);
  });

  it.each([
    ['apply_patch', FIXED, FIXED],
    ['update_branch', FIXED, FIXED],
    ['rerun_failed_jobs', 'attempt 2', OLD],
  ])('after %s wakes the pull request, until it is known to be mended', async (strategy, result, sha) => {
    await fix(strategy, result);
    expect(await passes({ head_sha: sha })).toEqual([3]);
    expect(await passes({ head_sha: sha, name: 'lint' })).toEqual([]);
    expect(await passes({ head_sha: MAIN })).toEqual([]);
    await store.fixAttempts.setOutcome('fix', 'mended');
    expect(await passes({ head_sha: sha })).toEqual([]);
  });
});
