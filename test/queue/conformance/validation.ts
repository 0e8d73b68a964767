import { describe, expect, it } from 'vitest';
import type { WorkerMessage } from '../../../src/messages/worker-message.ts';
import type { QueueHarness } from './harness.ts';
import { message, Q, useFixture } from './support.ts';

const BAD: readonly (readonly [what: string, fields: Partial<WorkerMessage>, path: string])[] = [
  ['an empty id', { id: '' }, 'id'],
  ['an id that is too long', { id: 'x'.repeat(513) }, 'id'],
  ['an id with a lone surrogate', { id: 'a\ud800' }, 'id'],
  ['a group with a lone surrogate', { groupKey: '\udc00' }, 'group_key'],
  ['a negative priority', { priority: -1 }, 'priority'],
  ['a priority over 1023', { priority: 1024 }, 'priority'],
  ['a broken priority', { priority: 1.5 }, 'priority'],
  ['negative retries', { retryCount: -1 }, 'retry_count'],
  ['a time that is none', { timestamp: Number.NaN }, 'timestamp'],
];

/** What is refused, with which error. */
export function describeValidation(harness: QueueHarness): void {
  describe('input', () => {
    const fixture = useFixture(harness);

    it.each(BAD)('with %s is refused', async (_what, fields, path) => {
      const { manager } = fixture();
      await expect(manager.sendMessage(Q, message('a', fields))).rejects.toMatchObject({
        code: 'invalid',
        path,
      });
      expect(await manager.getQueueSize(Q)).toBe(0);
    });

    it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('with a delay of %d is refused', async (delayMs) => {
      const { manager } = fixture();
      await expect(manager.sendMessage(Q, message('a'), { delayMs })).rejects.toMatchObject({
        code: 'invalid',
      });
    });

    it('with a payload that is no JSON is refused', async () => {
      const cycle: Record<string, never> = {};
      Object.assign(cycle, { cycle });
      await expect(fixture().manager.sendMessage(Q, message('a', { payload: cycle }))).rejects.toMatchObject({
        code: 'invalid',
      });
    });

    it('over 256 KiB is refused with its own error', async () => {
      const { manager } = fixture();
      const text = (length: number) => message('a', { payload: { text: 'x'.repeat(length) } });
      await expect(manager.sendMessage(Q, text(262_144))).rejects.toMatchObject({
        code: 'payload_too_large',
      });
      expect(await manager.sendMessage(Q, text(261_000))).toBe('queued');
    });

    it('out of range is refused by exchange', async () => {
      const { manager } = fixture();
      await expect(manager.exchange(Q, { want: 257 })).rejects.toMatchObject({ code: 'invalid' });
      await expect(manager.exchange(Q, { want: 1, waitMs: 60_001 })).rejects.toMatchObject({
        code: 'invalid',
      });
      await expect(manager.getMessage('')).rejects.toMatchObject({ code: 'invalid' });
    });
  });
}
