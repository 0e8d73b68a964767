import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { SqliteQueueManager } from '../../src/queue/sqlite.ts';
import { randomNumbers } from '../../src/recording/plan.ts';
import { DATABASE_FILE } from '../../src/service/state.ts';
import { openSqliteStore } from '../../src/store/sqlite-store.ts';
import type { Store } from '../../src/store/types.ts';
import type { ServiceProcess } from '../support/service/service-process.ts';
import { FIX_AT_ONCE, fixture, REPOSITORY, Stage, until } from './support.ts';

const SEED = 20_261_124;
const DELIVERIES = 2000;

/** Deliveries that are on their way at once. */
const AT_ONCE = 40;

const KILLS = 5;

/** Most deliveries that come while nobody is there, at each kill. */
const MISSED_MAX = 80;

/** A hang, on the slowest machine. */
const LONGEST_MS = 180_000;

/** Pull requests with a red check: each is to get one commit and one report. */
const RED = 4;

/** Pull requests that the other deliveries are about. */
const QUIET = 8;

type Payload = Record<string, unknown>;

describe('2,000 deliveries to a service that is killed again and again', () => {
  const random = randomNumbers(SEED);
  let stage: Stage;
  let service: ServiceProcess;

  beforeEach(async () => {
    stage = await Stage.set(FIX_AT_ONCE, { LOG_LEVEL: 'warn' });
  });

  afterEach(async () => {
    await service.end('SIGKILL');
    await stage[Symbol.asyncDispose]();
  });

  /** Deliveries that differ in their facts, made from real ones of pull requests that nothing else happens to. */
  async function templates(): Promise<(n: number) => { event: string; payload: Payload }> {
    const { scenario, hooks } = stage.github;
    for (let n = 0; n < QUIET; n++) {
      const branch = `quiet-${n}`;
      const { headSha } = await scenario.openPullRequest(REPOSITORY, { branch, files: { [branch]: '1' } });
      const jobs = [{ name: 'docs', conclusion: 'success' }];
      await scenario.runActions(REPOSITORY, { headSha, headBranch: branch, jobs });
    }
    await hooks.settled();
    const find = (event: string, action: string) =>
      hooks.log.filter((it) => it.event === event && it.action === action).map(({ payload }) => payload);
    const pulls = find('pull_request', 'opened');
    const [completed = {}] = find('check_run', 'completed');
    return (n) => {
      if (n % 2 === 0) {
        const check_run = { ...(completed.check_run as Payload), id: 7_000_000 + n };
        return { event: 'check_run', payload: { ...completed, check_run } };
      }
      // Each is a message of its own, about a moment before what is known: it costs no request.
      const opened = pulls[Math.floor(n / 2) % QUIET] ?? {};
      const { updated_at: updatedAt } = opened.pull_request as { updated_at: string };
      const updated_at = new Date(Date.parse(updatedAt) - (n + 1) * 1000).toISOString();
      const pull_request = { ...(opened.pull_request as Payload), updated_at };
      return { event: 'pull_request', payload: { ...opened, action: 'labeled', pull_request } };
    };
  }

  /** Sends them all; at moments that chance has chosen the service is killed, and later started again. */
  async function deliver(make: (n: number) => { event: string; payload: Payload }): Promise<string[]> {
    const guids: string[] = [];
    const underWay = new Set<Promise<unknown>>();
    const kills = Array.from({ length: KILLS }, (_, n) => Math.floor(((n + random()) * DELIVERIES) / KILLS));
    let startAt = -1;
    for (let n = 0; n < DELIVERIES; n++) {
      // In the middle of what it is doing: up to forty deliveries are not answered yet.
      if (kills.includes(n)) {
        await service.end('SIGKILL');
        startAt = n + Math.floor(random() * MISSED_MAX);
      }
      if (n === startAt) service = await stage.start();
      const { event, payload } = make(n);
      const guid = randomUUID();
      guids.push(guid);
      const sending = stage.github.hooks.send(event, payload, guid).finally(() => underWay.delete(sending));
      underWay.add(sending);
      if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return guids;
  }

  async function openRed(): Promise<string[]> {
    const heads: string[] = [];
    // Green there: what fails alike in several pull requests would else be held for the base.
    const headSha = (await stage.github.scenario.branchHead(REPOSITORY, 'main')) ?? '';
    const jobs = [{ name: 'format', conclusion: 'success' }];
    await stage.github.scenario.runActions(REPOSITORY, { headSha, headBranch: 'main', jobs });
    for (let n = 0; n < RED; n++) {
      const branch = `red-${n}`;
      const files = { 'prices.py': `${fixture('format/before/prices.py')}# ${n}\n` };
      const { headSha } = await stage.github.scenario.openPullRequest(REPOSITORY, { branch, files });
      const jobs = [{ name: 'format', conclusion: 'failure', log: fixture('format/job.log') }];
      await stage.github.scenario.runActions(REPOSITORY, { headSha, headBranch: branch, jobs });
      heads.push(headSha);
      await wait(random() * 1500);
    }
    return heads;
  }

  /** Waits until each of these is done; nothing else of the store would say so. */
  async function processed(store: Store, guids: string[]): Promise<void> {
    let left = guids;
    await until(async () => {
      const statuses = await Promise.all(
        left.map((guid) => store.deliveries.status(stage.github.app.id, guid)),
      );
      left = left.filter((_, n) => statuses[n] !== 'done');
      return left.length === 0 ? true : null;
    }, LONGEST_MS);
  }

  it(
    'all are processed, and each effect is there once',
    async () => {
      service = await stage.start();
      const make = await templates();
      const [guids, heads] = await Promise.all([deliver(make), openRed()]);
      // What it missed last is found at the next start.
      await stage.github.hooks.settled();
      await service.end('SIGTERM');
      service = await stage.start();

      const file = path.join(stage.settings.dataDir, DATABASE_FILE);
      const store = await openSqliteStore({ path: file, clock: systemClock });
      const queues = await SqliteQueueManager.open(file);
      try {
        const all = stage.github.hooks.log.filter(({ event }) => event !== 'push').map(({ guid }) => guid);
        await processed(store, all);
        for (let n = 0; n < RED; n++)
          await until(async () => (await stage.fixCommits(`red-${n}`))[0] ?? null, LONGEST_MS);
        for (const headSha of heads) await stage.report(headSha);
        const names = ['pr_monitor', 'check_analyzer', 'fix_applicator'];
        await until(async () => {
          const all = await Promise.all(names.map((name) => queues.getQueueStats(name)));
          return all.every(({ ready, delayed, inFlight }) => ready + delayed + inFlight === 0) ? true : null;
        }, LONGEST_MS);
        await service.end('SIGTERM');

        const lost = stage.github.hooks.log.filter(({ statusCode }) => statusCode !== 202).length;
        expect(lost).toBeGreaterThan(0);
        expect(guids).toHaveLength(DELIVERIES);
        const dead = await Promise.all(names.map((name) => queues.deadLetters.list(name)));
        expect(dead.flatMap(({ letters }) => letters)).toEqual([]);

        // One line in the timeline for each delivery that led to a message.
        const timeline = await store.timeline.list({ owner: 'acme', repo: 'shop' }, { limit: 100_000 });
        const told = Map.groupBy(
          timeline.filter(({ kind }) => kind === 'event'),
          ({ correlationId }) => correlationId ?? '',
        );
        const once = guids.filter((_, n) => n % 2 === 1);
        expect(once.filter((guid) => told.get(guid)?.length !== 1)).toEqual([]);

        for (let n = 0; n < RED; n++) expect(await stage.fixCommits(`red-${n}`)).toHaveLength(1);
        for (const headSha of heads) {
          const runs = await stage.github.scenario.listCheckRuns(REPOSITORY, headSha);
          expect(runs.filter(({ app }) => app === stage.github.app.slug)).toHaveLength(1);
        }
      } finally {
        await queues.close();
        await store.close();
      }
    },
    3 * LONGEST_MS,
  );
});
