import { describe, expect, it } from 'vitest';
import type { QueueHarness } from './harness.ts';
import { message, Q, sendAll, take, useFixture } from './support.ts';

/** Leases whose holder is gone. */
export function describeLapsing(harness: QueueHarness): void {
  describe('a lease whose holder crashed', () => {
    const fixture = useFixture(harness, { leaseMs: 10_000 });

    it('lapses after leaseMs as a failed attempt, and never before', async () => {
      const { manager, another, crash, advance } = fixture();
      const holder = await another();
      await sendAll(manager, ['a', 'b']);
      const { lease } = await take(holder);
      await crash(holder);
      await advance(9_000);
      expect((await manager.exchange(Q, { want: 2 })).messages.map((it) => it.message.id)).toEqual(['b']);
      await advance(2_000);
      const again = await take(manager);
      expect(again.message).toMatchObject({ id: 'a', retryCount: 1 });
      expect(again.lease.token).toBeGreaterThan(lease.token);
      expect(await manager.ackMessage(lease)).toBe('lost');
      expect(await manager.ackMessage(again.lease)).toBe('ok');
    });

    it('is recovered however many that crashed before had theirs extended', async () => {
      const { manager, another, crash, advance } = fixture();
      const ids = Array.from({ length: 21 }, (_, n) => `extended${n}`);
      await sendAll(manager, [...ids, 'victim']);
      for (const id of [...ids, 'victim']) {
        const holder = await another();
        const { message: taken, lease } = await take(holder);
        expect(taken.id).toBe(id);
        if (id !== 'victim') await holder.extendLease(lease, 3_600_000);
        await crash(holder);
      }
      await advance(11_000);
      expect((await take(manager)).message).toMatchObject({ id: 'victim', retryCount: 1 });
      expect(await manager.getMessage(Q)).toBeNull();
    });

    it('wakes a manager that waits', async () => {
      const { manager, another, crash, advance } = fixture();
      const holder = await another();
      await sendAll(manager, ['a']);
      await take(holder);
      await crash(holder);
      const waiting = manager.exchange(Q, { want: 1, waitMs: 60_000 });
      for (let second = 0; second < 12; second++) await advance(1_000);
      expect((await waiting).messages).toHaveLength(1);
    });

    it('frees its group, and its follow-up stays behind it', async () => {
      const { manager, another, crash, advance } = fixture();
      const holder = await another();
      await sendAll(manager, ['a', 'b'], { groupKey: 'g' });
      await take(holder);
      await manager.sendMessage(Q, message('a', { groupKey: 'g', payload: { version: 2 } }));
      await crash(holder);
      await advance(11_000);
      const first = await take(manager);
      expect(first.message).toMatchObject({ id: 'a', retryCount: 1, payload: { version: 1 } });
      expect(await manager.getMessage(Q)).toBeNull();
      await manager.ackMessage(first.lease);
      expect(await manager.getQueueSize(Q)).toBe(2);
    });

    it('makes a dead letter of a message that kills its process again and again', async () => {
      const { manager, another, crash, advance } = fixture();
      await manager.sendMessage(Q, message('a', { maxRetries: 1 }));
      for (let attempt = 0; attempt < 2; attempt++) {
        const holder = await another();
        await take(holder);
        await crash(holder);
        await advance(11_000);
      }
      expect(await manager.getMessage(Q)).toBeNull();
      expect(await manager.deadLetters.get(Q, 'a')).toMatchObject({
        attempts: 2,
        error: { type: 'lease_expired' },
      });
    });

    it('can be extended beyond the heartbeat', async () => {
      const { manager, another, crash, advance, now } = fixture();
      const holder = await another();
      await sendAll(manager, ['a']);
      const { lease } = await take(holder);
      const extended = await holder.extendLease(lease, 60_000);
      expect(extended).toMatchObject({ queue: Q, id: 'a', token: lease.token });
      expect(extended?.expiresAt).toBeGreaterThanOrEqual(now() + 60_000 - harness.clockToleranceMs);
      await crash(holder);
      await advance(55_000);
      expect(await manager.getMessage(Q)).toBeNull();
      await advance(6_000);
      expect((await take(manager)).message.retryCount).toBe(1);
      expect(await manager.extendLease(lease)).toBeNull();
    });
  });
}
