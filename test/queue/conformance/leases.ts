import { describe, expect, it } from 'vitest';
import type { Lease, LeaseOutcome, Settlement } from '../../../src/queue/types.ts';
import type { QueueHarness } from './harness.ts';
import { message, Q, sendAll, take, useFixture } from './support.ts';

const ERROR = { type: 'failed', message: 'broken' };

/** Leases, their fencing tokens, and the ways to settle them. */
export function describeLeases(harness: QueueHarness): void {
  describe('leases', () => {
    const fixture = useFixture(harness, { leaseMs: 30_000 });

    it('delete on done, once', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a']);
      const { lease } = await take(manager);
      expect(await manager.ackMessage(lease)).toBe('ok');
      expect(await manager.ackMessage(lease)).toBe('lost');
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0, dead: 0 });
    });

    it('count an attempt on retry, which keeps the place and waits its delay', async () => {
      const { manager, advance } = fixture();
      await sendAll(manager, ['a', 'b']);
      const first = await take(manager);
      expect(await manager.nackMessage(first.lease, { delayMs: 5_000, error: ERROR })).toBe('ok');
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 1, delayed: 1 });
      await advance(6_000);
      const again = await take(manager);
      expect(again.message).toMatchObject({ id: 'a', retryCount: 1 });
      expect(again.lease.token).toBeGreaterThan(first.lease.token);
      expect(await manager.ackMessage(first.lease)).toBe('lost');
    });

    it('burn no attempt on snooze and release, yet get another token', async () => {
      const { manager, advance } = fixture();
      await sendAll(manager, ['a', 'b']);
      const first = await take(manager);
      expect(await manager.release(first.lease)).toBe('ok');
      const second = await take(manager);
      expect(second.message).toMatchObject({ id: 'a', retryCount: 0 });
      expect(await manager.snooze(second.lease, 5_000)).toBe('ok');
      expect((await take(manager)).message.id).toBe('b');
      await advance(6_000);
      const third = await take(manager);
      expect(third.message).toMatchObject({ id: 'a', retryCount: 0 });
      const tokens = [first, second, third].map(({ lease }) => lease.token);
      expect(tokens.toSorted((left, right) => left - right)).toEqual(tokens);
      expect(new Set(tokens).size).toBe(3);
      for (const stale of [first, second]) expect(await manager.release(stale.lease)).toBe('lost');
      expect(await manager.ackMessage(third.lease)).toBe('ok');
    });

    it('end in a dead letter past the last retry', async () => {
      const { manager } = fixture();
      await manager.sendMessage(Q, message('a', { maxRetries: 1 }));
      await manager.nackMessage((await take(manager)).lease, { error: { type: 'first', message: '1' } });
      await manager.nackMessage((await take(manager)).lease, { error: { ...ERROR, stack: 'at x' } });
      expect(await manager.getMessage(Q)).toBeNull();
      expect(await manager.deadLetters.get(Q, 'a')).toMatchObject({
        attempts: 2,
        error: { ...ERROR, stack: 'at x' },
      });
    });

    it('are settled and taken in one exchange, with a result each', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a', 'b', 'c', 'd', 'e']);
      const { messages } = await manager.exchange(Q, { want: 4 });
      const [a, b, c, d] = messages.map(({ lease }) => lease) as [Lease, Lease, Lease, Lease];
      const reply = await manager.exchange(Q, {
        outcomes: [
          { lease: a, outcome: { kind: 'done' } },
          { lease: b, outcome: { kind: 'retry', delayMs: 60_000 } },
          { lease: a, outcome: { kind: 'done' } },
          { lease: c, outcome: { kind: 'dead', error: ERROR } },
          { lease: d, outcome: { kind: 'snooze', delayMs: 60_000 } },
        ],
        want: 4,
      });
      expect(reply.results).toEqual(['ok', 'ok', 'lost', 'ok', 'ok']);
      expect(reply.messages.map((it) => it.message.id)).toEqual(['e']);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, delayed: 2, inFlight: 1, dead: 1 });
    });

    it('are settled by the thousand', async () => {
      const { manager } = fixture();
      const ids = Array.from({ length: 1_100 }, (_, index) => `m${index}`);
      await manager.sendMessages(
        Q,
        ids.map((id) => ({ message: message(id) })),
      );
      const outcomes: Settlement[] = [];
      while (outcomes.length < ids.length) {
        const { messages } = await manager.exchange(Q, { want: 256 });
        outcomes.push(...messages.map(({ lease }) => ({ lease, outcome: { kind: 'done' as const } })));
      }
      const { results, messages } = await manager.exchange(Q, { outcomes, want: 1 });
      expect(results).toEqual(ids.map(() => 'ok'));
      expect(messages).toEqual([]);
      expect(await manager.getQueueStats(Q)).toMatchObject({ ready: 0, inFlight: 0 });
    });

    it.each([
      ['of another kind', { kind: 'success' }],
      ['none', undefined],
      ['null', null],
      ['no JSON', circular()],
    ])('count an outcome that is not known as a failed attempt: %s', async (_what, unknown) => {
      const { manager } = fixture();
      await sendAll(manager, ['a']);
      const { lease } = await take(manager);
      const outcome = unknown as unknown as LeaseOutcome;
      const { results } = await manager.exchange(Q, { outcomes: [{ lease, outcome }] });
      expect(results).toEqual(['ok']);
      expect((await take(manager)).message.retryCount).toBe(1);
    });

    it('do not mix up messages that are sent again under the same id', async () => {
      const { manager } = fixture();
      await sendAll(manager, ['a']);
      const first = await take(manager);
      await manager.ackMessage(first.lease);
      await sendAll(manager, ['a']);
      const second = await take(manager);
      expect(await manager.ackMessage(first.lease)).toBe('lost');
      expect(await manager.ackMessage(second.lease)).toBe('ok');
    });

    it('may be settled by another manager', async () => {
      const { manager, another } = fixture();
      await sendAll(manager, ['a']);
      const { lease } = await take(manager);
      const other = await another();
      expect(await other.getMessage(Q)).toBeNull();
      expect(await other.ackMessage({ ...lease, token: lease.token + 1 })).toBe('lost');
      expect(await other.ackMessage(JSON.parse(JSON.stringify(lease)))).toBe('ok');
    });

    it('last while their manager lives, and go back when it closes', async () => {
      const { manager, another, advance } = fixture();
      const holder = await another();
      await sendAll(manager, ['a', 'b']);
      await take(holder);
      await take(holder);
      for (let minute = 0; minute < 3; minute++) {
        for (let second = 0; second < 60; second += 5) await advance(5_000);
        expect(await manager.getMessage(Q)).toBeNull();
      }
      await holder.close();
      await holder.close();
      const { messages } = await manager.exchange(Q, { want: 2 });
      expect(messages.map((it) => [it.message.id, it.message.retryCount])).toEqual([
        ['a', 0],
        ['b', 0],
      ]);
      await expect(holder.getMessage(Q)).rejects.toMatchObject({ code: 'closed' });
      await expect(holder.sendMessage(Q, message('c'))).rejects.toMatchObject({ code: 'closed' });
    });

    it('refuse what is no lease', async () => {
      const { manager } = fixture();
      await expect(manager.ackMessage({ queue: Q, id: 'a' } as Lease)).rejects.toMatchObject({
        code: 'invalid',
      });
    });
  });
}

function circular(): object {
  const it = { kind: 'weird', self: {} };
  it.self = it;
  return it;
}
