import { describe, expect, it } from 'vitest';
import type { QueueManager, SendOptions } from '../../../src/queue/types.ts';
import type { QueueHarness } from './harness.ts';
import { drain, message, Q, sendAll, take, useFixture } from './support.ts';

/** Sending and taking: contents, order, ageing, delay, batches. */
export function describeOrdering(harness: QueueHarness): void {
  const expectAge = async (manager: QueueManager, ms: number) => {
    const slack = 2 * harness.clockToleranceMs;
    const { oldestAgeMs } = await manager.getQueueStats(Q);
    expect(oldestAgeMs).toBeLessThanOrEqual(ms + slack);
    expect(oldestAgeMs).toBeGreaterThan(ms - 100 - slack);
  };

  describe('order', () => {
    const fixture = useFixture(harness, { agingMs: 60_000 });

    it('gives out what was sent, whole', async () => {
      const { manager } = fixture();
      const sent = message('a "quoted" id / ünï 🦊', {
        payload: { nested: { list: [1, null, 'x', { deep: true }] }, text: '\u0000\n"' },
        priority: 1023,
        retryCount: 2,
        maxRetries: 7,
        correlationId: 'guid',
        schemaVersion: 1,
        groupKey: 'repo:1',
        expiresAt: fixture().now() + 3_600_000,
      });
      expect(await manager.sendMessage(Q, sent)).toBe('queued');
      const { message: taken, lease } = await take(manager);
      expect(taken).toEqual(sent);
      expect(lease).toMatchObject({ queue: Q, id: sent.id, token: expect.any(Number) });
    });

    it('answers null when there is nothing', async () => {
      expect(await fixture().manager.getMessage(Q)).toBeNull();
      expect(await fixture().manager.getQueueSize('never_used')).toBe(0);
    });

    it('is first in, first out within a priority, and by priority before that', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a', 'b']);
      await manager.sendMessage(Q, message('low', { priority: 0 }));
      await manager.sendMessage(Q, message('high', { priority: 1023 }));
      await sendAll(manager, ['c']);
      expect(await drain(manager)).toEqual(['high', 'a', 'b', 'c', 'low']);
    });

    it('lets a message that has waited long enough go before a higher priority', async () => {
      const { manager, advance } = fixture();
      await manager.sendMessage(Q, message('old', { priority: 1 }));
      await advance(119_000);
      await manager.sendMessage(Q, message('within', { priority: 3 }));
      await advance(2_000);
      await manager.sendMessage(Q, message('beyond', { priority: 3 }));
      expect(await drain(manager)).toEqual(['within', 'old', 'beyond']);
    });

    it('keeps queues apart', async () => {
      const { manager } = fixture();
      await manager.sendMessage('one', message('a'));
      await manager.sendMessage('two', message('a'));
      expect(await manager.getMessage('three')).toBeNull();
      expect(await drain(manager, 'two')).toEqual(['a']);
      expect(await manager.getQueueSize('one')).toBe(1);
    });

    it('holds a delayed message back until its time, at the place it was sent at', async () => {
      const { manager, advance } = fixture();
      await manager.sendMessage(Q, message('delayed'), { delayMs: 5_000 });
      await manager.sendMessage(Q, message('now'));
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, delayed: 1 });
      expect(await manager.getQueueSize(Q)).toBe(2);
      await advance(4_000);
      expect((await take(manager)).message.id).toBe('now');
      expect(await manager.getMessage(Q)).toBeNull();
      await manager.sendMessage(Q, message('later'));
      await advance(1_500);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 2, delayed: 0 });
      expect(await drain(manager)).toEqual(['delayed', 'later']);
    });

    it('tells the age of the oldest ready message', async () => {
      const { manager, advance } = fixture();
      expect((await manager.getQueueStats(Q)).oldestAgeMs).toBe(0);
      await manager.sendMessage(Q, message('a', { priority: 0 }));
      await advance(30_000);
      await manager.sendMessage(Q, message('b', { priority: 9 }));
      await advance(10_000);
      await expectAge(manager, 40_000);
      await drain(manager);
      expect((await manager.getQueueStats(Q)).oldestAgeMs).toBe(0);
    });

    it('tells it of what was delayed and is due, though nobody has looked since', async () => {
      const { manager, advance } = fixture();
      await manager.sendMessage(Q, message('a'), { delayMs: 1_000 });
      expect((await manager.getQueueStats(Q)).oldestAgeMs).toBe(0);
      await advance(31_000);
      // From when it was due, or from when it was sent.
      const { ready, oldestAgeMs } = await manager.getQueueStats(Q);
      expect(ready).toBe(1);
      expect(oldestAgeMs).toBeGreaterThan(29_000);
      expect(oldestAgeMs).toBeLessThan(33_000);
      await take(manager);
      expect((await manager.getQueueStats(Q)).oldestAgeMs).toBe(0);
    });

    it('tells it by when each was sent, whatever has become of them since', async () => {
      const { manager, advance, now } = fixture();
      const sent: number[] = [];
      const send = async (id: string, options: SendOptions = {}) => {
        sent.push(now());
        await manager.sendMessage(Q, message(id), options);
        await advance(1_000);
      };
      const age = (index: number) => expectAge(manager, now() - (sent[index] ?? Number.NaN));
      await send('expiring', { expiresAt: now() + 2_000 });
      await send('released');
      await send('retried');
      await send('first', { groupKey: 'g' });
      await send('second', { groupKey: 'g' });
      await send('requeued');
      await age(0);
      const released = await take(manager);
      await age(2);
      const retried = await take(manager);
      await age(3);
      const first = await take(manager);
      await age(4);
      expect(released.message.id + retried.message.id + first.message.id).toBe('releasedretriedfirst');
      await manager.nackMessage(retried.lease, { delayMs: 2_000 });
      await age(4);
      await manager.release(released.lease);
      await age(1);
      await manager.sendMessage(Q, message('released', { payload: { later: true } }));
      await age(1);
      await manager.ackMessage((await take(manager)).lease);
      await age(4);
      await advance(2_500);
      await manager.release((await take(manager)).lease);
      await age(2);
      await manager.ackMessage((await take(manager)).lease);
      await manager.bury((await take(manager)).lease, { type: 'failed', message: 'it failed' });
      await age(4);
      await manager.ackMessage(first.lease);
      await age(4);
      await manager.ackMessage((await take(manager)).lease);
      expect((await manager.getQueueStats(Q)).oldestAgeMs).toBe(0);
      sent.push(now());
      expect(await manager.deadLetters.requeue(Q)).toBe(2);
      await advance(1_000);
      await age(6);
    });
  });

  describe('batches', () => {
    const fixture = useFixture(harness, { maxMessageBytes: 1_024 });

    it('answers a result per item, in order, and stores what is sound', async () => {
      const { manager } = fixture();
      const outcomes = await manager.sendMessages(Q, [
        { message: message('a') },
        { message: message('b', { priority: 1024 }) },
        { message: message('a', { payload: { version: 2 } }) },
        { message: message('c', { payload: { text: 'x'.repeat(2_000) } }) },
        { message: message('d'), options: { delayMs: 60_000 } },
      ]);
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        'queued',
        'refused',
        'coalesced',
        'refused',
        'queued',
      ]);
      expect(outcomes[1]).toMatchObject({ error: { code: 'invalid', path: 'priority' } });
      expect(outcomes[3]).toMatchObject({ error: { code: 'payload_too_large' } });
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, delayed: 1 });
      expect((await take(manager)).message.payload).toEqual({ version: 2 });
    });

    it('takes many chunks, keeps their order, and gives many out at once', async () => {
      const { manager } = fixture();
      const ids = Array.from({ length: 450 }, (_, index) => `m${index}`);
      const outcomes = await manager.sendMessages(
        Q,
        ids.map((id) => ({ message: message(id) })),
      );
      expect(outcomes).toHaveLength(450);
      expect(await manager.sendMessages(Q, [])).toEqual([]);
      const taken: string[] = [];
      while (taken.length < 450) {
        const { messages } = await manager.exchange(Q, { want: 256 });
        if (messages.length === 0) break;
        taken.push(...messages.map(({ message: { id } }) => id));
      }
      expect(taken).toEqual(ids);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 450 });
    });
  });
}
