import { describe, expect, it } from 'vitest';
import type { QueueHarness } from './harness.ts';
import { drain, message, Q, sendAll, take, useFixture } from './support.ts';

/** Pause and resume. */
export function describePausing(harness: QueueHarness): void {
  describe('a paused queue', () => {
    const fixture = useFixture(harness);

    it('gives nothing out, to nobody, but takes messages and outcomes', async () => {
      const { manager, another } = fixture();
      await sendAll(manager, ['a', 'b']);
      const { lease } = await take(manager);
      await manager.pause(Q);
      await manager.pause(Q);
      const other = await another();
      expect(await other.getMessage(Q)).toBeNull();
      expect((await other.getQueueStats(Q)).paused).toBe(true);
      expect(await manager.sendMessage(Q, message('c'))).toBe('queued');
      const { results, messages } = await manager.exchange(Q, {
        outcomes: [{ lease, outcome: { kind: 'done' } }],
        want: 5,
      });
      expect({ results, messages }).toEqual({ results: ['ok'], messages: [] });
      await other.resume(Q);
      expect((await manager.getQueueStats(Q)).paused).toBe(false);
      expect(await drain(manager)).toEqual(['b', 'c']);
    });

    it('can be paused before its first message, and others go on', async () => {
      const { manager } = fixture();
      await manager.pause('fresh');
      await manager.sendMessage('fresh', message('a'));
      await manager.sendMessage(Q, message('a'));
      expect(await manager.getMessage('fresh')).toBeNull();
      expect(await drain(manager)).toEqual(['a']);
    });

    it('wakes who waits when it is resumed', async () => {
      const { manager } = fixture();
      await manager.pause(Q);
      await sendAll(manager, ['a']);
      const waiting = manager.exchange(Q, { want: 1, waitMs: 60_000 });
      await manager.resume(Q);
      expect((await waiting).messages).toHaveLength(1);
    });
  });
}
