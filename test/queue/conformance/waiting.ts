import { describe, expect, it } from 'vitest';
import type { QueueHarness } from './harness.ts';
import { message, Q, sendAll, take, useFixture } from './support.ts';

/** Exchanges that wait for a message. */
export function describeWaiting(harness: QueueHarness): void {
  describe('an exchange that waits', () => {
    const fixture = useFixture(harness);

    it('is woken by a send', async () => {
      const { manager } = fixture();
      const waiting = manager.exchange(Q, { want: 1, waitMs: 60_000 });
      await manager.getQueueStats(Q);
      await sendAll(manager, ['a']);
      const { messages } = await waiting;
      expect(messages.map((it) => it.message.id)).toEqual(['a']);
    });

    it('is woken by each of a burst of sends, whoever sends', async () => {
      const { manager, another } = fixture();
      const other = await another();
      const waiting = [manager, other, manager].map((it) => it.exchange(Q, { want: 1, waitMs: 60_000 }));
      await other.sendMessages(
        Q,
        ['a', 'b', 'c'].map((id) => ({ message: message(id) })),
      );
      const ids = (await Promise.all(waiting)).flatMap(({ messages }) => messages.map((it) => it.message.id));
      expect(ids.toSorted()).toEqual(['a', 'b', 'c']);
    });

    it('is woken when a delayed message is due', async () => {
      const { manager, advance } = fixture();
      await manager.sendMessage(Q, message('a'), { delayMs: 20_000 });
      const waiting = manager.exchange(Q, { want: 1, waitMs: 60_000 });
      await manager.getQueueStats(Q);
      for (let second = 0; second < 21; second++) await advance(1_000);
      expect((await waiting).messages).toHaveLength(1);
    });

    it('is woken when a group is free again', async () => {
      const { manager, another } = fixture();
      const other = await another();
      await sendAll(manager, ['a1', 'a2'], { groupKey: 'a' });
      const { lease } = await take(manager);
      const waiting = other.exchange(Q, { want: 1, waitMs: 60_000 });
      await other.getQueueStats(Q);
      await manager.ackMessage(lease);
      expect((await waiting).messages.map((it) => it.message.id)).toEqual(['a2']);
    });

    it('is woken by a release, a retry and a requeue', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a']);
      for (const end of ['release', 'retry', 'requeue'] as const) {
        const { lease } = await take(manager);
        const waiting = manager.exchange(Q, { want: 1, waitMs: 60_000 });
        await manager.getQueueStats(Q);
        if (end === 'release') await manager.release(lease);
        else if (end === 'retry') await manager.nackMessage(lease);
        else {
          await manager.bury(lease, { type: 'failed', message: 'x' });
          await manager.deadLetters.requeue(Q);
        }
        const { messages } = await waiting;
        expect(messages).toHaveLength(1);
        for (const { lease: again } of messages) await manager.release(again);
      }
    });

    it('ends without a message after waitMs', async () => {
      const { manager, advance } = fixture();
      const waiting = manager.exchange(Q, { want: 1, waitMs: 5_000 });
      await manager.getQueueStats(Q);
      for (let second = 0; second < 6; second++) await advance(1_000);
      expect((await waiting).messages).toEqual([]);
    });

    it('ends when its signal aborts, and when the manager closes', async () => {
      const { manager, another } = fixture();
      const controller = new AbortController();
      const aborted = manager.exchange(Q, { want: 1, waitMs: 60_000, signal: controller.signal });
      const other = await another();
      const closed = other.exchange(Q, { want: 1, waitMs: 60_000 });
      await manager.getQueueStats(Q);
      controller.abort();
      expect((await aborted).messages).toEqual([]);
      const already = await manager.exchange(Q, { want: 1, waitMs: 60_000, signal: controller.signal });
      expect(already.messages).toEqual([]);
      await other.close();
      expect((await closed).messages).toEqual([]);
    });
  });

  describe('health', () => {
    const fixture = useFixture(harness);

    it('tells when the last exchange with the backend succeeded', async () => {
      const { manager, advance, now } = fixture();
      await advance(5_000);
      await manager.getMessage(Q);
      expect(Math.abs(manager.lastSuccessAt() - now())).toBeLessThanOrEqual(harness.clockToleranceMs);
    });
  });
}
