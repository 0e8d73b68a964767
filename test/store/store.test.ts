import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/manual-clock.ts';
import { SqliteDatabase } from '../../src/sqlite/database.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { PullRequestRecord, Store, TimelineEntry } from '../../src/store/types.ts';
import { delivery } from './delivery.ts';

const pullRequest: PullRequestRecord = {
  repositoryId: '10',
  number: 3,
  id: '33',
  installationId: '1',
  owner: 'octo',
  repo: 'shop',
  title: 'Prices',
  author: 'ada',
  state: 'open',
  merged: false,
  draft: false,
  fork: true,
  maintainerCanModify: true,
  labels: ['bug', 'help "wanted"'],
  headSha: 'a'.repeat(40),
  headRef: 'prices',
  headRepository: 'ada/shop',
  baseSha: 'b'.repeat(40),
  baseRef: 'main',
  updatedAt: 1000,
};

const entry: TimelineEntry = {
  at: 1,
  kind: 'verdict',
  repositoryId: '10',
  owner: 'octo',
  repo: 'shop',
  prNumber: 3,
  headSha: null,
  checkRunId: null,
  rule: 'mode: suggest',
  message: 'offered',
  data: { a: 1 },
  correlationId: 'g-1',
  dedupeKey: null,
};

describe('the store on SQLite', () => {
  let folder: string;
  let store: Store;
  const file = () => path.join(folder, 'data', 'store.db');
  const open = () => openSqliteStore({ path: file(), clock: new ManualClock() });

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'checkmend-store-'));
    store = await open();
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('keeps what it was given over a restart', async () => {
    await store.pullRequests.upsert(pullRequest);
    await store.close();
    store = await open();
    expect(await store.pullRequests.find('10', 3)).toEqual(pullRequest);
    expect(await store.pullRequests.findByName('octo', 'shop', 3)).toEqual(pullRequest);
    expect(await store.pullRequests.findByHead('10', pullRequest.headSha)).toEqual([pullRequest]);
  });

  it('never moves a pull request back, whatever the order of events', async () => {
    const closed = { ...pullRequest, state: 'closed' as const, merged: true, updatedAt: 3000 };
    expect(await store.pullRequests.upsert(closed)).toBe('stored');
    expect(await store.pullRequests.upsert({ ...pullRequest, updatedAt: 2999 })).toBe('stale');
    expect(await store.pullRequests.find('10', 3)).toEqual(closed);
    const reopened = { ...pullRequest, updatedAt: 3000 };
    expect(await store.pullRequests.upsert(reopened)).toBe('stored');
    expect(await store.pullRequests.list({ state: 'open' })).toEqual([reopened]);
    expect(await store.pullRequests.list({ state: 'closed' })).toEqual([]);
  });

  it('lets nobody change what the timeline tells, whatever the way', async () => {
    await store.timeline.append(entry);
    const database = await SqliteDatabase.open(path.join(folder, 'data', 'store.db'));
    for (const change of ["message = 'nothing happened'", 'rule = NULL', 'at = 0', 'pr_number = 9']) {
      const sql = `UPDATE timeline SET ${change}`;
      await expect(database.batch([{ sql }])).rejects.toThrow('the timeline is append-only');
    }
    await database.close();
    expect(await store.timeline.list({ prNumber: 3 })).toMatchObject([entry]);
  });

  it('appends to the timeline, and an entry with a known key only once', async () => {
    await store.timeline.append(entry);
    await store.timeline.append(entry);
    await store.timeline.append({ ...entry, dedupeKey: 'k', message: 'first' });
    await store.timeline.append({ ...entry, dedupeKey: 'k', message: 'again' });
    const entries = await store.timeline.list({ owner: 'octo', repo: 'shop', prNumber: 3 });
    expect(entries.map((it) => it.message)).toEqual(['offered', 'offered', 'first']);
    expect(entries[0]).toEqual({ ...entry, id: entries[0]?.id });
    expect(await store.timeline.list({ prNumber: 3 }, { afterId: entries[1]?.id ?? 0 })).toHaveLength(1);
    expect(await store.timeline.list({ prNumber: 4 })).toEqual([]);
  });

  it('lists with a pull request what happened to its heads: checks of a fork name none', async () => {
    const [one, other] = ['a'.repeat(40), 'b'.repeat(40)];
    const nameless = { ...entry, prNumber: null };
    await store.timeline.append({ ...nameless, headSha: one, dedupeKey: 'of its head' });
    await store.timeline.append({ ...nameless, headSha: other, dedupeKey: 'of another head' });
    await store.timeline.append({
      ...nameless,
      repo: 'other',
      headSha: one,
      dedupeKey: 'of another repository',
    });
    await store.timeline.append({ ...entry, prNumber: 8, headSha: one, dedupeKey: 'its own' });
    const listed = await store.timeline.list({ owner: 'octo', repo: 'shop', prNumber: 8 });
    expect(listed.map(({ dedupeKey }) => dedupeKey)).toEqual(['of its head', 'its own']);
  });

  it('plans a fix attempt once, and remembers how it ended', async () => {
    const attempt = {
      id: 'fix-1',
      repositoryId: '10',
      prNumber: 3,
      headSha: 'a'.repeat(40),
      checkRunId: '7',
      strategy: 'apply_patch',
      contentDigest: 'd',
      outcome: null,
      reverseDigest: 'r',
      status: 'planned' as const,
      result: null,
      reason: null,
      createdAt: 1,
      updatedAt: 1,
    };
    expect(await store.fixAttempts.plan(attempt)).toEqual(attempt);
    await store.fixAttempts.finish('fix-1', { status: 'applied', result: 'c0ffee', at: 2 });
    const finished = { ...attempt, status: 'applied', result: 'c0ffee', updatedAt: 2 };
    expect(await store.fixAttempts.plan({ ...attempt, createdAt: 9 })).toEqual(finished);
    expect(await store.fixAttempts.listByPullRequest('10', 3)).toEqual([finished]);
  });

  it('deletes everything of a repository that was removed, and nothing else', async () => {
    const repository = { id: '10', installationId: '1', owner: 'octo', name: 'shop', private: true };
    await store.installations.upsert({ id: '1', account: 'octo', suspended: false });
    await store.installations.addRepositories([repository, { ...repository, id: '11', name: 'till' }]);
    for (const repositoryId of ['10', '11']) {
      await store.pullRequests.upsert({ ...pullRequest, repositoryId });
      await store.timeline.append({ ...entry, repositoryId });
      await store.deliveries.receive({ ...delivery, guid: repositoryId, repositoryId });
    }
    await store.installations.removeRepositories('1', ['10']);
    expect(await store.pullRequests.list()).toMatchObject([{ repositoryId: '11' }]);
    expect(await store.timeline.list({})).toMatchObject([{ repositoryId: '11' }]);
    expect(await store.deliveries.list()).toMatchObject([{ guid: '11' }]);
    expect((await store.installations.list())[0]?.repositories.map((it) => it.name)).toEqual(['till']);
    await store.installations.remove('1');
    expect(await store.pullRequests.list()).toEqual([]);
    expect(await store.installations.list()).toEqual([]);
    expect(await store.deliveries.counts()).toEqual({ open: 0, done: 0, dead: 0 });
  });

  it('removes what was never listed too, and leaves what has another owner by now', async () => {
    await store.installations.upsert({ id: '1', account: 'octo', suspended: false });
    await store.installations.upsert({ id: '2', account: 'cat', suspended: false });
    const moved = { id: '11', installationId: '2', owner: 'cat', name: 'till', private: false };
    await store.installations.addRepositories([moved]);
    for (const [repositoryId, installationId] of [
      ['10', '1'],
      ['11', '2'],
    ] as const) {
      await store.pullRequests.upsert({ ...pullRequest, repositoryId, installationId });
      await store.timeline.append({ ...entry, repositoryId });
      await store.deliveries.receive({ ...delivery, guid: repositoryId, repositoryId, installationId });
    }
    await store.installations.removeRepositories('1', ['11']);
    expect(await store.timeline.list({})).toHaveLength(2);
    await store.installations.remove('1');
    expect(await store.timeline.list({})).toMatchObject([{ repositoryId: '11' }]);
    expect(await store.deliveries.list()).toMatchObject([{ guid: '11' }]);
    expect(await store.pullRequests.list()).toMatchObject([{ repositoryId: '11' }]);
  });

  it('gives a scheduled slot to one claimant', async () => {
    const claims = await Promise.all([1, 2, 3].map(() => store.slots.claim('monitor', 60)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await store.slots.claim('monitor', 59)).toBe(false);
    expect(await store.slots.claim('monitor', 61)).toBe(true);
  });

  it('keeps contents by digest, pauses by scope, and processes by their last report', async () => {
    const id = await store.contents.save('patch ✓');
    expect(await store.contents.save('patch ✓')).toBe(id);
    expect(await store.contents.read(id)).toBe('patch ✓');
    expect(await store.contents.read('0'.repeat(64))).toBeNull();
    await store.control.setPaused('repo:10', true, 'ada', 1);
    expect(await store.control.paused(['all', 'repo:10'])).toEqual(['repo:10']);
    await store.control.setPaused('repo:10', false, 'ada', 2);
    expect(await store.control.paused(['all', 'repo:10'])).toEqual([]);
    const beat = { id: 'p', role: 'start' as const, host: 'h', pid: 1, startedAt: 1, seenAt: 5, workers: [] };
    await store.processes.beat(beat);
    await store.processes.beat({ ...beat, seenAt: 9 });
    expect(await store.processes.list(6)).toEqual([{ ...beat, seenAt: 9 }]);
    await store.processes.remove('p');
    expect(await store.processes.list(0)).toEqual([]);
  });

  it('remembers how far something was read', async () => {
    expect(await store.cursors.get('deliveries')).toBeNull();
    await store.cursors.set('deliveries', '1');
    await store.cursors.set('deliveries', '2');
    expect(await store.cursors.get('deliveries')).toBe('2');
  });

  it('refuses the file of a newer build, and is opened twice at once', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await Promise.all([one.check(), two.check()]);
    await Promise.all([one.close(), two.close()]);
    const database = await SqliteDatabase.open(path.join(folder, 'data', 'store.db'));
    await database.batch([{ sql: 'INSERT INTO store_migrations (version) VALUES (9999)' }]);
    await database.close();
    await expect(open()).rejects.toMatchObject({ code: 'format_version' });
  });
});
