import { describe, expect, it } from 'vitest';
import { deadReasonOf } from '../../../src/queue/failure.ts';
import type { QueueHarness } from './harness.ts';
import { drain, message, Q, sendAll, take, useFixture } from './support.ts';

/** Messages that are not to be started any more. */
export function describeExpiry(harness: QueueHarness): void {
  describe('expiry', () => {
    const fixture = useFixture(harness, { leaseMs: 10_000 });

    it('makes a dead letter of what was not started in time', async () => {
      const { manager, advance, now } = fixture();
      await manager.sendMessage(Q, message('a', { expiresAt: now() + 5_000 }));
      await manager.sendMessage(Q, message('b', { expiresAt: now() + 60_000 }));
      await sendAll(manager, ['c']);
      await advance(6_000);
      expect(await drain(manager)).toEqual(['b', 'c']);
      const letter = await manager.deadLetters.get(Q, 'a');
      expect(letter).toMatchObject({ attempts: 0, error: { type: 'expired' } });
      expect(letter && deadReasonOf(letter)).toBe('expired');
    });

    it('does not touch what is in flight, and counts again when it comes back', async () => {
      const { manager, advance, now } = fixture();
      await manager.sendMessage(Q, message('a', { expiresAt: now() + 5_000 }));
      const { lease } = await take(manager);
      for (let second = 0; second < 8; second++) await advance(1_000);
      expect(await manager.nackMessage(lease)).toBe('ok');
      expect(await manager.getMessage(Q)).toBeNull();
      expect(await manager.deadLetters.get(Q, 'a')).toMatchObject({
        attempts: 1,
        error: { type: 'expired' },
      });
    });

    it('of the options overrides that of the message', async () => {
      const { manager, advance, now } = fixture();
      await manager.sendMessage(Q, message('a', { expiresAt: now() + 60_000 }), { expiresAt: now() + 1_000 });
      await advance(2_000);
      expect(await manager.getMessage(Q)).toBeNull();
      expect((await manager.getQueueStats(Q)).dead).toBe(1);
    });

    it('at the beginning of time has passed, as any other that has', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, message('a', { expiresAt: 0 }));
      await manager.sendMessage(Q, message('b'), { expiresAt: 0 });
      expect(await manager.getMessage(Q)).toBeNull();
      const { letters } = await manager.deadLetters.list(Q);
      expect(letters.map(deadReasonOf)).toEqual(['expired', 'expired']);
      expect(await manager.deadLetters.requeue(Q)).toBe(2);
      expect(await drain(manager)).toEqual(['a', 'b']);
    });

    it('holds up nobody who wants one message, however many expired before it', async () => {
      const { manager, advance, now } = fixture();
      const expiresAt = now() + 1_000;
      const sent = Array.from({ length: 250 }, (_, index) => message(`m${index}`, { expiresAt }));
      await manager.sendMessages(
        Q,
        [...sent, message('live')].map((it) => ({ message: it })),
      );
      await advance(2_000);
      const { messages } = await manager.exchange(Q, { want: 1, waitMs: 60_000 });
      expect(messages.map((it) => it.message.id)).toEqual(['live']);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 1, dead: 250 });
    });

    it('in a group lets the next one through', async () => {
      const { manager, advance, now } = fixture();
      await manager.sendMessage(Q, message('a', { groupKey: 'g', expiresAt: now() + 1_000 }));
      await sendAll(manager, ['b'], { groupKey: 'g' });
      await advance(2_000);
      expect(await drain(manager)).toEqual(['b']);
      expect((await manager.getQueueStats(Q)).dead).toBe(1);
    });
  });
}
