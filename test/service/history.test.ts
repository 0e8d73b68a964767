import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HookDeliveries } from '../../src/github/hook-deliveries.ts';
import { planReplay } from '../../src/recording/plan.ts';
import { appOf } from '../github/support.ts';
import { FrozenGitHub } from '../support/history/frozen-github.ts';
import { HISTORY_REPOSITORY, type History, playHistory } from '../support/history/history.ts';
import { HistoryRun, type Projection } from '../support/history/run.ts';

/** A history of 200 deliveries, and the same history as a bad network brings it. */
describe('the deliveries of a history', () => {
  let history: History;
  let github: FrozenGitHub;
  let hooks: HookDeliveries;
  let shas: string[];
  let expected: Projection;

  beforeAll(async () => {
    history = await playHistory(200);
    const app = appOf(history.github);
    github = new FrozenGitHub(app);
    hooks = app.deliveries;
    shas = [...new Set(history.deliveries.flatMap(({ payload }) => shaOf(payload)))];
    await using run = await HistoryRun.begin(github, hooks);
    for (const delivery of history.deliveries) await run.deliver([delivery]);
    expected = await run.end(shas);
  }, 60_000);

  afterAll(() => history[Symbol.asyncDispose]());

  it('come to something', () => {
    expect(history.deliveries.length).toBeGreaterThanOrEqual(200);
    expect(Object.keys(expected.pullRequests).length).toBeGreaterThan(8);
    expect(expected.diagnoses.length).toBeGreaterThan(8);
    expect(expected.fixes.some((fix) => fix.endsWith('apply_patch'))).toBe(true);
    expect(new Set(Object.values(expected.pullRequests).map(({ state }) => state))).toEqual(
      new Set(['open', 'closed']),
    );
  });

  it('come to what GitHub itself says at its end', async () => {
    const { installations } = history.github.app;
    const installation = installations.find(({ account }) => HISTORY_REPOSITORY.startsWith(`${account}/`));
    const client = github.repository(installation?.id ?? '', ...nameOf(HISTORY_REPOSITORY));
    for (const [number, known] of Object.entries(expected.pullRequests)) {
      const truth = await client.getPullRequest(Number(number));
      expect([number, known]).toEqual([
        number,
        { state: truth?.state, headSha: truth?.headSha, labels: truth?.labels.toSorted() },
      ]);
    }
  });

  it('come to the same in any order, doubled, and with losses that are recovered', async () => {
    const chance = fc.double({ min: 0, max: 0.6, noNaN: true });
    const network = fc.record({ seed: fc.integer(), shuffle: fc.boolean(), drop: chance, duplicate: chance });
    await fc.assert(
      fc.asyncProperty(
        network,
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        async (options, burst, midway) => {
          const { deliveries } = planReplay(history.deliveries, options);
          await using run = await HistoryRun.begin(github, hooks);
          for (let from = 0; from < deliveries.length; from += burst) {
            await run.deliver(deliveries.slice(from, from + burst).map(({ item }) => item));
            if (midway && from > deliveries.length / 2 && from - burst <= deliveries.length / 2)
              await run.recover();
          }
          await run.recover();
          expect(await run.end(shas)).toEqual(expected);
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  it('lost without recovery come to something else, so that the above says something', async () => {
    await using run = await HistoryRun.begin(github, hooks);
    const { deliveries } = planReplay(history.deliveries, { seed: 1, drop: 0.6 });
    await run.deliver(deliveries.map(({ item }) => item));
    expect(await run.end(shas)).not.toEqual(expected);
  });
});

function nameOf(repository: string): [owner: string, name: string] {
  const [owner = '', name = ''] = repository.split('/');
  return [owner, name];
}

function shaOf(payload: Record<string, unknown>): string[] {
  const run = payload.check_run as { head_sha?: string } | undefined;
  return run?.head_sha ? [run.head_sha] : [];
}
