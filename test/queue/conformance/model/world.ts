import { expect } from 'vitest';
import type { Lease, QueueManager } from '../../../../src/queue/types.ts';
import type { QueueFixture } from '../harness.ts';
import { Q } from '../support.ts';
import type { Entry } from './entry.ts';
import type { Buried, Oracle } from './oracle.ts';

/** Who works in the model: `a` lives on, `b` crashes and closes and comes again. */
export type Who = 'a' | 'b';

/** A lease that was given out in this run. */
export interface Held {
  readonly lease: Lease;
  readonly who: Who;
  /** `null` once it was settled or lost. */
  entry: Entry | null;
}

/** What commands act on, beside the oracle. */
export class World {
  readonly fixture: QueueFixture;
  readonly a: QueueManager;
  b: QueueManager;
  readonly leases: Held[] = [];
  readonly lost: Lease[] = [];
  version = 0;

  constructor(fixture: QueueFixture, b: QueueManager) {
    this.fixture = fixture;
    this.a = fixture.manager;
    this.b = b;
    this.a.onLeaseLost((lease) => this.lost.push(lease));
  }

  now(): number {
    return this.fixture.now();
  }

  manager(who: Who): QueueManager {
    return who === 'a' ? this.a : this.b;
  }

  /**
   * Takes messages and checks each against the oracle, and that nothing was kept back.
   *
   * @param known letters whose order is settled; default all that are there before
   */
  async take(oracle: Oracle, who: Who, want: number, known = new Set(oracle.letters)): Promise<void> {
    await this.#take(oracle, who, want);
    // Those that died meanwhile may have done so in any order.
    const position = new Map((await this.#letters()).map(({ id }, index) => [id, index]));
    const earlier = oracle.letters.filter((letter) => known.has(letter));
    const later = oracle.letters.filter((letter) => !known.has(letter));
    later.sort((left, right) => (position.get(left.id) ?? 0) - (position.get(right.id) ?? 0));
    oracle.letters = [...earlier, ...later];
  }

  async #take(oracle: Oracle, who: Who, want: number): Promise<void> {
    // What expired may be in the way of what is live: a queue may look at a bounded number at once.
    for (let round = 0, missing = want; round < 5; round++) {
      const { messages } = await this.manager(who).exchange(Q, { want: missing });
      const expired = (await this.#letters()).filter(({ type }) => type === 'expired');
      this.#accept(oracle, who, messages, expired);
      oracle.adoptExpired(expired, this.now());
      missing -= messages.length;
      if (missing === 0) return;
      if (oracle.exhausted(this.now()).length === 0) return;
    }
    throw new Error(`kept back: ${JSON.stringify(oracle.exhausted(this.now()))}`);
  }

  #accept(
    oracle: Oracle,
    who: Who,
    messages: Awaited<ReturnType<QueueManager['exchange']>>['messages'],
    expired: readonly Buried[],
  ): void {
    for (const { message, lease } of messages) {
      const entry = oracle.taken(message.id, Number(message.payload.version), who, this.now(), expired);
      expect(message.retryCount, `retries of ${message.id}`).toBe(entry.retries);
      const earlier = this.leases.filter((held) => held.lease.id === lease.id);
      for (const held of earlier) expect(lease.token).toBeGreaterThan(held.lease.token);
      this.leases.push({ lease, who, entry });
    }
  }

  async #letters(): Promise<{ id: string; version: number; attempts: number; type: string }[]> {
    const { letters } = await this.a.deadLetters.list(Q, { limit: 100 });
    return letters.map(({ id, message, attempts, error }) => ({
      id,
      version: Number(message.payload.version),
      attempts,
      type: error.type,
    }));
  }

  /** All leases of `b` are over. */
  endLeasesOfB(): void {
    for (const held of this.leases) if (held.who === 'b') held.entry = null;
  }

  /** Compares all counters, and the dead letters. */
  async check(oracle: Oracle): Promise<void> {
    const { ready, delayed, inFlight, dead, paused } = await this.a.getQueueStats(Q);
    expect({ ready, delayed, inFlight, dead, paused }).toEqual({
      ...oracle.stats(this.now()),
      paused: oracle.paused,
    });
    expect(await this.a.getQueueSize(Q)).toBe(ready + delayed);
    await this.fixture.audit?.();
    expect(this.lost, 'leases that were lost by a live holder').toEqual([]);
    if (dead === 0) return;
    expect(await this.#letters()).toEqual(
      oracle.letters.map(({ id, version, attempts, type }) => ({ id, version, attempts, type })),
    );
  }
}
