import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EventBus, MemoryQueueManager, WorkerManager } from 'checkmend';
import { ManualClock } from 'checkmend/testing';
import { describe, expect, it } from 'vitest';
import { AnalysisRepository } from '../../examples/analysis-repository.ts';
import { complexityOf } from '../../examples/custom-analysis-worker.ts';
import { lookThrough, tidy } from '../../examples/dead-letters.ts';
import { announce, followRatings, type RatingEvents } from '../../examples/rating-events.ts';
import { NightlyRatingWorker } from '../../examples/scheduled-worker.ts';
import { createService } from '../../examples/service.ts';
import { BACKENDS, drained, message } from './support.ts';

const LINTER =
  'src/a.py:3:1: F401 `os` imported but unused\nsrc/a.py:9:5: E711 comparison to None\nFound 2 errors.\n';

describe.each(BACKENDS)('the examples on %s', (_, open) => {
  it('rate pull requests, one by one and in batches, and raise an alarm for what cannot be', async () => {
    await using stage = await open();
    const { queues, slotStore } = stage;
    const repository = new AnalysisRepository(':memory:');
    const alarms: string[] = [];
    const manager = createService({
      queues,
      slotStore,
      repository,
      openPullRequests: async () => [],
      alarm: (line) => alarms.push(line),
    });
    const complexity = { pull_request: 'acme/shop#7', files_changed: 4, lines_changed: 320 };
    await queues.sendMessage('analysis', message('a', 'analyze_pr_complexity', complexity));
    const quality = { pull_request: 'acme/shop#7', log: LINTER };
    await queues.sendMessage('analysis', message('b', 'analyze_code_quality', quality));
    await queues.sendMessage('analysis', message('c', 'analyze_pr_complexity', { files_changed: 'many' }));
    for (let n = 0; n < 150; n++) {
      const payload = { pull_request: `acme/shop#${n + 100}`, score: n % 15 };
      await queues.sendMessage('ratings', message(`r${n}`, 'rating', payload));
    }
    manager.startAll();
    await drained(queues, 'analysis');
    await drained(queues, 'ratings');
    const [first, second] = repository.find('acme/shop#7');
    expect(first).toMatchObject({ kind: 'complexity', score: 4 * 0.3 + 0.32 });
    expect(second).toMatchObject({ kind: 'quality', score: 8 });
    expect(repository.find('acme/shop#102')).toMatchObject([{ score: 2, analyzedAt: 1_000_000 }]);
    // 11 to 14 are no ratings.
    expect((await queues.getQueueStats('ratings')).dead).toBe(40);
    // The queue shows what is dead before the worker has heard that it is.
    await manager.stopAll(1000);
    expect(alarms).toHaveLength(41);
    expect(alarms).toContainEqual(expect.stringMatching(/^custom-analysis: gave up on c: payload\./));
    repository.close();
  });

  it('have the open pull requests rated each night, by one process of several', async () => {
    await using stage = await open();
    const { queues, slotStore } = stage;
    const openPullRequests = async () => [
      { name: 'acme/shop#1', filesChanged: 1, linesChanged: 10 },
      { name: 'acme/shop#2', filesChanged: 9, linesChanged: 4000 },
    ];
    const ticks: string[] = [];
    const managers = ['one', 'two'].map((process) =>
      new WorkerManager().register(
        new NightlyRatingWorker({
          queues,
          slotStore,
          jitterMs: 0,
          openPullRequests: () => {
            ticks.push(process);
            return openPullRequests();
          },
        }),
      ),
    );
    for (const manager of managers) manager.startAll();
    for (let tries = 0; tries < 1000 && (await queues.getQueueSize('analysis')) < 2; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await Promise.all(managers.map((manager) => manager.stopAll(1000)));
    expect(ticks).toHaveLength(1);
    const { messages } = await queues.exchange('analysis', { want: 10 });
    expect(messages.map((it) => it.message.payload.files_changed)).toEqual([1, 9]);
  });
});

describe('events', () => {
  it('are followed as long as somebody wants to', async () => {
    const bus = new EventBus<RatingEvents>();
    const lines: string[] = [];
    const end = followRatings(bus, (line) => lines.push(line));
    await announce(bus, 'a#1', 7);
    await bus.publish('rating.refused', { pullRequest: 'a#2', reason: 'too large' });
    await bus.publish('rating.refused', { pullRequest: 'a#3', reason: 'too small' });
    end();
    await announce(bus, 'a#4', 7);
    expect(lines).toEqual([
      'rating.saved: a#1',
      'the first refusal: too large',
      'rating.refused: a#2',
      'rating.refused: a#3',
    ]);
    expect(bus.size).toBe(0);
  });
});

describe('dead letters', () => {
  it('get a note each, and another try where that helps', async () => {
    const clock = new ManualClock();
    const queues = new MemoryQueueManager({ clock });
    for (const [id, type] of [
      ['a', 'timeout'],
      ['b', 'gone'],
    ] as const) {
      await queues.sendMessage('analysis', message(id, 'odd', {}));
      const leased = await queues.getMessage('analysis');
      if (leased) await queues.bury(leased.lease, { type, message: 'no use' });
    }
    expect(await lookThrough(queues, 'analysis')).toBe(1);
    expect((await queues.getQueueStats('analysis')).ready).toBe(1);
    const { letters } = await queues.deadLetters.list('analysis');
    expect(letters.map(({ id, annotation }) => [id, annotation])).toEqual([['b', 'no use']]);
    expect(await tidy(queues, 'analysis', clock.now() + 30 * 86_400_000)).toBe(0);
    expect(await tidy(queues, 'analysis', clock.now() + 31 * 86_400_000)).toBe(1);
    await queues.close();
  });
});

describe('AnalysisRepository', () => {
  it('keeps the newest of a pull request and a kind, and stores all or none', () => {
    const repository = new AnalysisRepository(':memory:');
    const analysis = { pullRequest: 'a#1', kind: 'quality', score: 5, analyzedAt: 10 } as const;
    repository.saveAll([analysis, { ...analysis, score: 6, analyzedAt: 20 }, analysis]);
    expect(repository.find('a#1')).toEqual([{ ...analysis, score: 6, analyzedAt: 20 }]);
    const broken = { ...analysis, score: 'high' as unknown as number };
    expect(() => repository.saveAll([{ ...analysis, pullRequest: 'b#1' }, broken])).toThrow();
    expect(repository.find('b#1')).toEqual([]);
    repository.close();
  });
});

it.each([
  [0, 0, 0],
  [3, 200, 1.1],
  [0, 10_000, 10],
  [34, 0, 10],
])('%d files and %d lines are a complexity of %d', (files_changed, lines_changed, score) => {
  expect(complexityOf({ files_changed, lines_changed })).toBeCloseTo(score, 10);
});

describe('every example', () => {
  const folder = path.resolve(import.meta.dirname, '../../examples');
  it.each(readdirSync(folder))('%s imports what its reader has', (file) => {
    const source = readFileSync(path.join(folder, file), 'utf8');
    for (const [, specifier] of source.matchAll(/ from '([^']+)';/g)) {
      expect(specifier).toMatch(/^(checkmend|zod|node:\w+|\.\/[\w-]+\.ts)$/);
    }
  });
});
