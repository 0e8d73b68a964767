import { createMessage, EventWorker, FixedDelay, MemoryQueueManager, MemorySlotStore } from 'checkmend';
import { ManualClock } from 'checkmend/testing';
import { expect, it } from 'vitest';
import { NightlyRatingWorker } from '../../examples/scheduled-worker.ts';

it('a greeting that failed is tried again after a minute', async () => {
  const clock = new ManualClock();
  const queues = new MemoryQueueManager({ clock });
  const retryPolicy = new FixedDelay(60_000);
  const worker = new EventWorker({ name: 'greeter', queue: 'greetings', queues, clock, retryPolicy });
  const attempts: number[] = [];
  worker.registerHandler('greet', (_, { attempt }) => {
    attempts.push(attempt);
    return attempt > 1;
  });
  await queues.sendMessage('greetings', createMessage({ id: 'a', type: 'greet', payload: {} }));

  worker.start();
  await clock.advance(1);
  expect(attempts).toEqual([1]);
  await clock.advance(59_998);
  expect(attempts).toEqual([1]);
  await clock.advance(1);
  expect(attempts).toEqual([1, 2]);
  expect(await queues.getQueueSize('greetings')).toBe(0);

  await worker.stop();
  await queues.close();
  expect(clock.pendingTimers).toBe(0);
});

it('ratings are queued at two in the night', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1, 1, 59));
  const queues = new MemoryQueueManager({ clock });
  const slotStore = new MemorySlotStore();
  await slotStore.claim('nightly-rating', Date.UTC(2025, 11, 31, 2));
  const openPullRequests = async () => [{ name: 'acme/shop#1', filesChanged: 1, linesChanged: 10 }];
  const worker = new NightlyRatingWorker({ queues, slotStore, clock, jitterMs: 0, openPullRequests });

  worker.start();
  await clock.advance(59_999);
  expect(await queues.getQueueSize('analysis')).toBe(0);
  await clock.advance(1);
  expect(await queues.getQueueSize('analysis')).toBe(1);

  await worker.stop();
  await queues.close();
});
