import { describe, expect, it } from 'vitest';
import type { LeaseOutcome } from '../../../src/queue/types.ts';
import type { QueueHarness } from './harness.ts';
import { drain, message, Q, sendAll, take, useFixture } from './support.ts';

const ERROR = { type: 'failed', message: 'broken' };

/** Exclusive groups that take turns. */
export function describeGroups(harness: QueueHarness): void {
  describe('groups', () => {
    const fixture = useFixture(harness, { agingMs: 60_000 });

    it('run one message at a time, in order', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a1', 'a2', 'a3'], { groupKey: 'a' });
      await sendAll(manager, ['b1'], { groupKey: 'b' });
      await sendAll(manager, ['free']);
      const { messages } = await manager.exchange(Q, { want: 10 });
      expect(messages.map((it) => it.message.id)).toEqual(['a1', 'b1', 'free']);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 2, inFlight: 3 });
      const [first] = messages;
      if (first) await manager.ackMessage(first.lease);
      expect((await manager.exchange(Q, { want: 10 })).messages.map((it) => it.message.id)).toEqual(['a2']);
    });

    it.each(['retry', 'snooze', 'release', 'dead'] as const)('are free again after %s', async (kind) => {
      const { manager } = fixture();
      await sendAll(manager, ['a1', 'a2'], { groupKey: 'a' });
      const { lease } = await take(manager);
      const outcomes: Record<typeof kind, LeaseOutcome> = {
        retry: { kind: 'retry', delayMs: 60_000 },
        snooze: { kind: 'snooze', delayMs: 60_000 },
        release: { kind: 'release' },
        dead: { kind: 'dead', error: ERROR },
      };
      const { messages } = await manager.exchange(Q, {
        outcomes: [{ lease, outcome: outcomes[kind] }],
        want: 10,
      });
      expect(messages.map((it) => it.message.id)).toEqual([kind === 'release' ? 'a1' : 'a2']);
    });

    it('take turns, so that a busy one does not starve the rest', async () => {
      const { manager, advance } = fixture();
      await sendAll(manager, ['a1', 'a2', 'a3', 'a4', 'a5'], { groupKey: 'a' });
      await advance(5);
      await sendAll(manager, ['b1', 'b2'], { groupKey: 'b' });
      await advance(5);
      await sendAll(manager, ['c1'], { groupKey: 'c' });
      const order: string[] = [];
      for (let next = await manager.getMessage(Q); next; next = await manager.getMessage(Q)) {
        order.push(next.message.id);
        await advance(5);
        await manager.ackMessage(next.lease);
        await advance(5);
      }
      expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4', 'a5']);
    });

    it('respect priority between groups, and ageing', async () => {
      const { manager, advance } = fixture();
      await sendAll(manager, ['a1', 'a2'], { groupKey: 'a' });
      await manager.sendMessage(Q, message('b1', { groupKey: 'b', priority: 5 }));
      await manager.sendMessage(Q, message('b2', { groupKey: 'b', priority: 5 }));
      await advance(10);
      expect(await drain(manager)).toEqual(['b1', 'b2', 'a1', 'a2']);
    });

    it('let a message of higher priority go first within the group', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a1', 'a2'], { groupKey: 'a' });
      await manager.sendMessage(Q, message('a3', { groupKey: 'a', priority: 5 }));
      expect(await drain(manager)).toEqual(['a3', 'a1', 'a2']);
    });

    it('hold back what becomes due while they run', async () => {
      const { manager, advance } = fixture();
      await manager.sendMessage(Q, message('a1', { groupKey: 'a' }), { delayMs: 5_000 });
      await sendAll(manager, ['a2'], { groupKey: 'a' });
      const { lease } = await take(manager);
      await advance(6_000);
      expect(await manager.getMessage(Q)).toBeNull();
      await manager.ackMessage(lease);
      expect(await drain(manager)).toEqual(['a1']);
    });

    it('of the options override those of the message', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, message('x', { groupKey: 'a' }), { groupKey: 'b' });
      await manager.sendMessage(Q, message('y', { groupKey: 'b' }));
      expect((await take(manager)).message).toMatchObject({ id: 'x', groupKey: 'b' });
      expect(await manager.getMessage(Q)).toBeNull();
    });

    it('are exclusive and go on, whatever their ids are made of', async () => {
      const { manager } = fixture();
      const ids = ['x\0y', 'a b:~-', '{"', '%00 é'];
      for (const id of ids)
        expect(await manager.sendMessage(Q, message(id, { groupKey: 'g\0 !' }))).toBe('queued');
      expect(await manager.sendMessage(Q, message('x\0y', { groupKey: 'g\0 !' }))).toBe('coalesced');
      await manager.sendMessage(Q, message('first', { groupKey: 'g\0 !', priority: 9 }));
      const first = await take(manager);
      expect(first.message.id).toBe('first');
      expect(await manager.getMessage(Q)).toBeNull();
      await manager.ackMessage(first.lease);
      expect(await drain(manager)).toEqual(ids);
    });

    it('are apart in each queue', async () => {
      const { manager } = fixture();
      await manager.sendMessage('one', message('x', { groupKey: 'a' }));
      await manager.sendMessage('two', message('y', { groupKey: 'a' }));
      await take(manager, 'one');
      expect((await take(manager, 'two')).message.id).toBe('y');
    });
  });
}
