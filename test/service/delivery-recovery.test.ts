import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError, TransientError } from '../../src/errors.ts';
import type { HookAttempt, HookDeliveries } from '../../src/github/hook-deliveries.ts';
import { silentLogger } from '../../src/logger.ts';
import { ManualClock } from '../../src/manual-clock.ts';
import { RecoveryMetrics } from '../../src/service/recovery-metrics.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import { DeliveryRecovery } from '../../workers/delivery-recovery.ts';
import { temporaryFolder } from '../support/service/temporary-folder.ts';

let owned: AsyncDisposableStack;
let store: Store;
let clock: ManualClock;
let attempts: HookAttempt[];
let read: string[];
let reconciled: number;
let remaining: number | null;
let unreadable: Map<string, Error>;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  clock = new ManualClock();
  const folder = owned.use(temporaryFolder());
  store = owned.adopt(await openSqliteStore({ path: `${folder.path}/store.db`, clock }), (it) => it.close());
  attempts = [];
  read = [];
  reconciled = 0;
  remaining = null;
  unreadable = new Map();
});
afterEach(() => owned.disposeAsync());

/** GitHub's list; what was delivered last comes first. */
const deliveries: HookDeliveries = {
  async list() {
    return { attempts: attempts.toReversed(), cursor: null, remaining };
  },
  async read(id) {
    read.push(id);
    const error = unreadable.get(id);
    if (error) throw error;
    return { headers: {}, payload: { id } };
  },
  async redeliver() {
    throw new Error('everything can be read');
  },
};

function missed(event: string, action: string | null = null): void {
  const id = String(attempts.length + 1);
  attempts.push({ id, guid: `guid-${id}`, deliveredAt: clock.now(), ok: false, event, action });
}

function recovery(registry = new Registry()): DeliveryRecovery {
  return new DeliveryRecovery({
    appId: '1',
    deliveries,
    store,
    sink: {
      async takeContent({ guid, event }) {
        const facts = { appId: '1', guid, event, action: null, installationId: null, repositoryId: null };
        const state = { receivedAt: clock.now(), status: 'open', attempts: 0, nextAttemptAt: null } as const;
        await store.deliveries.receive({
          ...facts,
          ...state,
          headers: {},
          body: Buffer.from('{}'),
          note: null,
          messages: 0,
        });
        return { status: 'accepted' };
      },
    },
    async reconcile() {
      reconciled += 1;
    },
    observer: new RecoveryMetrics(registry),
    clock,
    logger: silentLogger(),
  });
}

describe('a delivery that cannot be read', () => {
  it('for a reason that stays is lost, and holds back no other', async () => {
    const registry = new Registry();
    for (let n = 0; n < 3; n++) missed('check_run', 'completed');
    unreadable.set('1', new PermanentError('unexpected_response', 'not what GitHub documents'));
    expect(await recovery(registry).sweep()).toMatchObject({ missed: 3, recovered: 2, lost: 1 });
    expect(await registry.metrics()).toContain('checkmend_deliveries_lost_total 1');
    await clock.advance(120_000);
    attempts.splice(0);
    unreadable.clear();
    missed('check_run', 'completed');
    expect(await recovery().sweep()).toMatchObject({ missed: 1, recovered: 1 });
  });

  it('for a time is read in a later sweep, and the others before that', async () => {
    for (let n = 0; n < 3; n++) missed('check_run', 'completed');
    unreadable.set('2', new TransientError('unavailable', 'GitHub answered 502'));
    expect(await recovery().sweep()).toMatchObject({ missed: 3, recovered: 2 });
    unreadable.clear();
    expect(await recovery().sweep()).toMatchObject({ missed: 1, recovered: 1 });
  });

  it('is not one of many when GitHub is out of reach: the sweep ends', async () => {
    for (let n = 0; n < 9; n++) missed('check_run', 'completed');
    for (let n = 1; n <= 9; n++) unreadable.set(String(n), new TransientError('network', 'reset'));
    expect(await recovery().sweep()).toMatchObject({ recovered: 0 });
    expect(read).toHaveLength(3);
  });
});

describe('a gap', () => {
  it('that half of the requests left can pay for is read', async () => {
    for (let n = 0; n < 10; n++) missed('check_run', 'completed');
    remaining = 20;
    expect(await recovery().sweep()).toMatchObject({ missed: 10, recovered: 10, reconciled: 0 });
    expect([read.length, reconciled]).toEqual([10, 0]);
  });

  it('that costs more is reconciled first; only what nothing else tells is read', async () => {
    for (let n = 0; n < 10; n++) missed('check_run', 'completed');
    missed('issue_comment', 'created');
    missed('pull_request', 'opened');
    missed('check_run', 'requested_action');
    missed('installation', 'deleted');
    missed('check_suite', 'rerequested');
    missed('check_suite', 'completed');
    remaining = 20;
    expect(await recovery().sweep()).toMatchObject({ missed: 16, recovered: 4, reconciled: 12 });
    expect([read, reconciled]).toEqual([['11', '13', '14', '15'], 1]);
    // The cursor has passed them: they are no gap any more, but for the overlap of the next look.
    await clock.advance(120_000);
    missed('check_run', 'completed');
    remaining = 20;
    attempts.splice(0, attempts.length - 1);
    expect(await recovery().sweep()).toMatchObject({ missed: 1, recovered: 1 });
  });

  it('uses no more than half of what is left in one sweep, oldest first, and goes on with the next', async () => {
    for (let n = 0; n < 9; n++) missed('issue_comment', 'created');
    remaining = 8;
    expect(await recovery().sweep()).toMatchObject({ missed: 9, recovered: 4 });
    expect(read).toEqual(['1', '2', '3', '4']);
    remaining = 5000;
    expect(await recovery().sweep()).toMatchObject({ missed: 5, recovered: 5 });
    expect(await recovery().sweep()).toMatchObject({ missed: 0 });
    expect(reconciled).toBe(1);
  });

  it('is told by metrics', async () => {
    const registry = new Registry();
    for (let n = 0; n < 4; n++) missed('check_run', 'completed');
    missed('issue_comment', 'created');
    remaining = 6;
    await recovery(registry).sweep();
    const text = await registry.metrics();
    expect(text).toContain('checkmend_deliveries_missed_total 5');
    expect(text).toContain('checkmend_deliveries_recovered_total{by="reading"} 1');
    expect(text).toContain('checkmend_deliveries_recovered_total{by="reconciliation"} 4');
  });
});
