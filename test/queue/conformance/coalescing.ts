import { describe, expect, it } from 'vitest';
import type { QueueHarness } from './harness.ts';
import { drain, message, Q, sendAll, take, useFixture } from './support.ts';

const version = (id: string, number: number) => message(id, { payload: { version: number } });
const ERROR = { type: 'failed', message: 'broken' };

/** Sends of an id that is known already. */
export function describeCoalescing(harness: QueueHarness): void {
  describe('coalescing', () => {
    const fixture = useFixture(harness);

    it('replaces what waits, which keeps its place', async () => {
      const { manager, advance } = fixture();
      await sendAll(manager, ['a', 'b']);
      await advance(1_000);
      expect(await manager.sendMessage(Q, version('a', 2))).toBe('coalesced');
      expect(await manager.getQueueSize(Q)).toBe(1 + 1);
      const { message: first } = await take(manager);
      expect(first).toMatchObject({ id: 'a', payload: { version: 2 } });
    });

    it('keeps the time that a delayed message waits for', async () => {
      const { manager, advance } = fixture();
      await manager.sendMessage(Q, version('a', 1), { delayMs: 10_000 });
      expect(await manager.sendMessage(Q, version('a', 2))).toBe('coalesced');
      expect(await manager.getMessage(Q)).toBeNull();
      await advance(10_500);
      expect((await take(manager)).message.payload).toEqual({ version: 2 });
    });

    it('moves what waits to the group of the newer message', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, message('x', { groupKey: 'one' }));
      await manager.sendMessage(Q, message('a', { groupKey: 'one' }));
      await manager.sendMessage(Q, message('a', { groupKey: 'two' }));
      expect((await take(manager)).message.id).toBe('x');
      expect((await take(manager)).message).toMatchObject({ id: 'a', groupKey: 'two' });
    });

    it('keeps one follow-up of what is in flight, which runs after it', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, version('a', 1));
      const first = await take(manager);
      expect(await manager.sendMessage(Q, version('a', 2))).toBe('queued');
      expect(await manager.sendMessage(Q, version('a', 3))).toBe('coalesced');
      expect(await manager.getMessage(Q)).toBeNull();
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, inFlight: 1 });
      expect(await manager.getQueueSize(Q)).toBe(1);
      await manager.ackMessage(first.lease);
      const second = await take(manager);
      expect(second.message.payload).toEqual({ version: 3 });
      expect(second.lease.token).toBeGreaterThan(first.lease.token);
      expect(await manager.ackMessage(first.lease)).toBe('lost');
      expect(await manager.ackMessage(second.lease)).toBe('ok');
      expect(await manager.getQueueSize(Q)).toBe(0);
    });

    it('holds the follow-up back while the first waits for a retry, and coalesces with it', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, version('a', 1));
      const first = await take(manager);
      await manager.sendMessage(Q, version('a', 2));
      await manager.nackMessage(first.lease);
      expect(await manager.getQueueSize(Q)).toBe(2);
      expect(await manager.sendMessage(Q, version('a', 3))).toBe('coalesced');
      const again = await take(manager);
      expect(again.message).toMatchObject({ payload: { version: 1 }, retryCount: 1 });
      expect(await manager.getMessage(Q)).toBeNull();
      await manager.ackMessage(again.lease);
      expect((await take(manager)).message).toMatchObject({ payload: { version: 3 }, retryCount: 0 });
    });

    it('runs the follow-up of a message that dies', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, version('a', 1));
      const first = await take(manager);
      await manager.sendMessage(Q, version('a', 2));
      await manager.bury(first.lease, ERROR);
      expect((await manager.deadLetters.get(Q, 'a'))?.message.payload).toEqual({ version: 1 });
      expect((await take(manager)).message.payload).toEqual({ version: 2 });
    });

    it('respects the delay of a follow-up', async () => {
      const { manager, advance } = fixture();
      await sendAll(manager, ['a']);
      const first = await take(manager);
      await manager.sendMessage(Q, version('a', 2), { delayMs: 10_000 });
      await manager.ackMessage(first.lease);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, delayed: 1 });
      await advance(10_500);
      expect(await drain(manager)).toEqual(['a']);
    });

    it('does not mind a dead letter of the same id', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a']);
      await manager.bury((await take(manager)).lease, ERROR);
      expect(await manager.sendMessage(Q, version('a', 2))).toBe('queued');
      expect((await manager.getQueueStats(Q)).dead).toBe(1);
      expect(await drain(manager)).toEqual(['a']);
    });
  });
}
