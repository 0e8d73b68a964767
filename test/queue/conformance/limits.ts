import { describe, expect, it } from 'vitest';
import type { QueueHarness } from './harness.ts';
import { message, Q, sendAll, take, useFixture } from './support.ts';

const FULL = { code: 'queue_full' };

/** Backpressure. */
export function describeLimits(harness: QueueHarness): void {
  describe('maxLength', () => {
    const fixture = useFixture(harness, { maxLength: 3 });

    it('refuses what does not fit, and takes it when there is room', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a', 'b']);
      await manager.sendMessage(Q, message('c'), { delayMs: 60_000 });
      await expect(manager.sendMessage(Q, message('d'))).rejects.toMatchObject(FULL);
      expect(await manager.sendMessage(Q, message('b'))).toBe('coalesced');
      expect(await manager.sendMessage('other', message('d'))).toBe('queued');
      await take(manager);
      expect(await manager.sendMessage(Q, message('d'))).toBe('queued');
      await expect(manager.sendMessage(Q, message('e'))).rejects.toMatchObject(FULL);
    });

    it('takes the part of a batch that fits', async () => {
      const { manager } = fixture();
      const outcomes = await manager.sendMessages(
        Q,
        ['a', 'b', 'a', 'c', 'd', 'b'].map((id) => ({ message: message(id) })),
      );
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        'queued',
        'queued',
        'coalesced',
        'queued',
        'refused',
        'coalesced',
      ]);
      expect(outcomes[4]).toMatchObject({ error: FULL });
    });

    it('counts a follow-up as waiting, also within a batch', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a']);
      await take(manager);
      const items = ['a', 'b', 'c', 'd'].map((id) => ({ message: message(id) }));
      const outcomes = await manager.sendMessages(Q, items);
      expect(outcomes.map(({ status }) => status)).toEqual(['queued', 'queued', 'queued', 'refused']);
      expect(await manager.getQueueSize(Q)).toBe(3);
    });

    it('takes back what was given out, and dead letters', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a', 'b', 'c']);
      const { messages } = await manager.exchange(Q, { want: 2 });
      await sendAll(manager, ['d', 'e']);
      const [first, second] = messages;
      if (first) await manager.release(first.lease);
      if (second) await manager.bury(second.lease, { type: 'failed', message: 'x' });
      expect(await manager.deadLetters.requeue(Q)).toBe(1);
      expect(await manager.getQueueSize(Q)).toBe(5);
    });
  });

  describe('maxBytes', () => {
    const fixture = useFixture(harness, { maxBytes: 10_000 });
    const large = (id: string) => message(id, { payload: { text: 'x'.repeat(4_000) } });

    it('refuses what does not fit, and takes it when there is room', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, large('a'));
      await manager.sendMessage(Q, large('b'));
      await expect(manager.sendMessage(Q, large('c'))).rejects.toMatchObject(FULL);
      expect(await manager.sendMessage(Q, message('small'))).toBe('queued');
      const { lease } = await take(manager);
      expect(await manager.sendMessage(Q, large('c'))).toBe('queued');
      await manager.release(lease);
      await expect(manager.sendMessage(Q, message('other'))).rejects.toMatchObject(FULL);
    });

    it('counts what a coalesced message now has', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, large('a'));
      await manager.sendMessage(Q, large('b'));
      await manager.sendMessage(Q, message('b'));
      expect(await manager.sendMessage(Q, large('c'))).toBe('queued');
    });
  });
}
