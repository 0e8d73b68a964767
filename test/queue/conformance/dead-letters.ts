import { describe, expect, it } from 'vitest';
import { deadReasonOf } from '../../../src/queue/failure.ts';
import type { QueueManager } from '../../../src/queue/types.ts';
import type { QueueHarness } from './harness.ts';
import { drain, message, Q, sendAll, take, useFixture } from './support.ts';

const ERROR = { type: 'PermanentError', message: 'gone' };

async function bury(manager: QueueManager, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await manager.sendMessage(Q, message(id, { payload: { of: id } }));
    await manager.bury((await take(manager)).lease, ERROR);
  }
}

/** The dead set: pages, redrive, notes. */
export function describeDeadLetters(harness: QueueHarness): void {
  describe('dead letters', () => {
    const fixture = useFixture(harness);

    it('tell the message, the error, the attempts and the time', async () => {
      const { manager, now } = fixture();
      await bury(manager, ['a']);
      const letter = await manager.deadLetters.get(Q, 'a');
      expect(letter).toMatchObject({ queue: Q, id: 'a', error: ERROR, attempts: 1 });
      expect(letter?.message.payload).toEqual({ of: 'a' });
      expect(Math.abs((letter?.failedAt ?? 0) - now())).toBeLessThanOrEqual(harness.clockToleranceMs);
      expect(letter && deadReasonOf(letter)).toBe('failed');
      expect(letter).not.toHaveProperty('annotation');
      expect(await manager.deadLetters.get(Q, 'b')).toBeNull();
    });

    it('come in pages, oldest first', async () => {
      const { manager } = fixture();
      expect(await manager.deadLetters.list(Q)).toEqual({ letters: [] });
      await bury(manager, ['a', 'b', 'c', 'd', 'e']);
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await manager.deadLetters.list(Q, { limit: 2, ...(cursor && { cursor }) });
        pages.push(page.letters.map((letter) => letter.id));
        cursor = page.cursor;
      } while (cursor);
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      await expect(manager.deadLetters.list(Q, { limit: 101 })).rejects.toMatchObject({ code: 'invalid' });
    });

    it('keep the newest of an id', async () => {
      const { manager } = fixture();
      await bury(manager, ['a', 'b']);
      await manager.sendMessage(Q, message('a', { payload: { of: 'again' } }));
      await manager.bury((await take(manager)).lease, { type: 'later', message: 'again' });
      const { letters } = await manager.deadLetters.list(Q);
      expect(letters.map((letter) => letter.id)).toEqual(['b', 'a']);
      expect(letters[1]).toMatchObject({ error: { type: 'later' } });
      expect((await manager.getQueueStats(Q)).dead).toBe(2);
    });

    it('are put back with their attempts reset', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, message('a', { maxRetries: 0, priority: 7, correlationId: 'guid' }));
      await manager.nackMessage((await take(manager)).lease);
      await bury(manager, ['b', 'c']);
      expect(await manager.deadLetters.requeue(Q, { ids: ['a', 'missing', 'a', 'c'] })).toBe(2);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 2, dead: 1 });
      const { message: again, lease } = await take(manager);
      expect(again).toMatchObject({ id: 'a', retryCount: 0, priority: 7, correlationId: 'guid' });
      await manager.ackMessage(lease);
      expect(await drain(manager)).toEqual(['c']);
      expect(await manager.deadLetters.requeue(Q)).toBe(1);
      expect(await drain(manager)).toEqual(['b']);
    });

    it('are put back at a rate', async () => {
      const { manager, advance } = fixture();
      await bury(manager, ['a', 'b', 'c', 'd', 'e']);
      expect(await manager.deadLetters.requeue(Q, { limit: 4, perSecond: 2 })).toBe(4);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, delayed: 3, dead: 1 });
      await advance(600);
      expect(await drain(manager)).toEqual(['a', 'b']);
      await advance(1_000);
      expect(await drain(manager)).toEqual(['c', 'd']);
      for (const perSecond of [0, -1, Number.NaN, 0.00004]) {
        await expect(manager.deadLetters.requeue(Q, { perSecond })).rejects.toMatchObject({
          code: 'invalid',
        });
      }
      const ids = [{}] as unknown as string[];
      await expect(manager.deadLetters.discard(Q, { ids })).rejects.toMatchObject({ code: 'invalid' });
    });

    it('lose their expiry on requeue if it has passed', async () => {
      const { manager, advance, now } = fixture();
      await manager.sendMessage(Q, message('a', { expiresAt: now() + 1_000 }));
      await advance(2_000);
      expect(await manager.getMessage(Q)).toBeNull();
      expect(await manager.deadLetters.requeue(Q)).toBe(1);
      expect(await drain(manager)).toEqual(['a']);
    });

    it('give way to a newer message of their id', async () => {
      const { manager } = fixture();
      await bury(manager, ['a', 'b']);
      await sendAll(manager, ['b', 'a']);
      const { lease } = await take(manager);
      expect(await manager.deadLetters.requeue(Q)).toBe(2);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, inFlight: 1, dead: 0 });
      await manager.ackMessage(lease);
      expect((await take(manager)).message).toMatchObject({ id: 'a', payload: { version: 1 } });
    });

    it('are discarded by id or the oldest first', async () => {
      const { manager } = fixture();
      await bury(manager, ['a', 'b', 'c', 'd']);
      expect(await manager.deadLetters.discard(Q, { ids: [] })).toBe(0);
      expect(await manager.deadLetters.discard(Q, { ids: ['c', 'missing'] })).toBe(1);
      expect(await manager.deadLetters.discard(Q, { limit: 2 })).toBe(2);
      const { letters } = await manager.deadLetters.list(Q);
      expect(letters.map((letter) => letter.id)).toEqual(['d']);
      expect((await manager.getQueueStats(Q)).dead).toBe(1);
    });

    it('take notes without going away', async () => {
      const { manager } = fixture();
      await bury(manager, ['a']);
      expect(await manager.deadLetters.annotate(Q, 'a', 'seen: flaky network')).toBe(true);
      expect(await manager.deadLetters.annotate(Q, 'b', 'nobody')).toBe(false);
      expect(await manager.deadLetters.get(Q, 'a')).toMatchObject({ annotation: 'seen: flaky network' });
      expect((await manager.deadLetters.list(Q)).letters[0]).toMatchObject({
        annotation: 'seen: flaky network',
      });
    });
  });
}
