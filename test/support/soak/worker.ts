import { setTimeout as sleep } from 'node:timers/promises';
import type { LeasedMessage, LeaseOutcome, QueueManager, Settlement } from '../../../src/queue/types.ts';
import { type Fact, LEASE_MS, QUEUE } from './facts.ts';

/** Messages at once. */
const CONCURRENCY = 8;
/** Shorter pauses of the event loop are usual on a busy machine. */
const LAG_MS = 500;

/** Resolves when the fact is out of the worker's hands, so that it is known also if the worker is killed then. */
export type Report = (fact: Fact) => Promise<void>;

interface Pending extends Settlement {
  unsure: boolean;
}

/** Takes messages and settles them in all ways, and reports everything that happens. */
export class SoakWorker {
  readonly #manager: QueueManager;
  readonly #random: () => number;
  readonly #report: Report;
  readonly #blocks: boolean;
  readonly #pending: Pending[] = [];
  #active = 0;
  #wake = new AbortController();
  #closing = false;

  /** @param blocks whether it sometimes blocks the event loop, which must be its own then */
  constructor(manager: QueueManager, random: () => number, report: Report, blocks: boolean) {
    this.#manager = manager;
    this.#random = random;
    this.#report = report;
    this.#blocks = blocks;
    manager.onLeaseLost((_lease, reason) => {
      if (reason === 'expired') void report({ kind: 'lapsed', at: Date.now() });
    });
  }

  /** Works until the manager is closed. */
  async run(): Promise<void> {
    let last = Date.now();
    const watch = setInterval(() => {
      const now = Date.now();
      if (now - last > LAG_MS) void this.#report({ kind: 'lag', at: now, ms: now - last });
      last = now;
    }, 100);
    while (!this.#closing) await this.#step();
    clearInterval(watch);
  }

  /** Gives everything back and closes the manager. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#wake.abort();
    await this.#report({ kind: 'closing', at: Date.now() });
    await this.#manager.close();
  }

  async #step(): Promise<void> {
    const outcomes = this.#pending.splice(0);
    this.#wake = new AbortController();
    const askedAt = Date.now();
    await Promise.all(
      outcomes.map(({ lease: { id, token }, outcome, unsure }) =>
        unsure ? null : this.#report({ kind: 'settling', at: askedAt, id, token, outcome: outcome.kind }),
      ),
    );
    try {
      const { results, messages } = await this.#manager.exchange(QUEUE, {
        outcomes,
        want: CONCURRENCY - this.#active,
        waitMs: this.#active < CONCURRENCY ? 1_000 : 0,
        signal: this.#wake.signal,
      });
      const at = Date.now();
      for (const [i, { lease, unsure }] of outcomes.entries()) {
        void this.#report({
          kind: 'settled',
          at,
          id: lease.id,
          token: lease.token,
          result: results[i] ?? 'lost',
          unsure,
        });
      }
      for (const leased of messages) this.#begin(leased, askedAt, at);
      if (this.#active === CONCURRENCY && this.#pending.length === 0) await this.#nextEnd();
    } catch {
      this.#pending.unshift(...outcomes.map((it) => ({ ...it, unsure: true })));
      await sleep(100);
    }
  }

  #nextEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #begin({ message, lease }: LeasedMessage, askedAt: number, at: number): void {
    const { id, token } = lease;
    void this.#report({ kind: 'taken', at, askedAt, id, token, version: Number(message.payload.version) });
    this.#active++;
    setTimeout(() => {
      this.#active--;
      this.#pending.push({ lease, outcome: this.#outcome(id), unsure: false });
      this.#wake.abort();
    }, this.#duration());
  }

  /** Mostly short; now and then longer than a lease, or with the event loop blocked. */
  #duration(): number {
    const dice = this.#random();
    if (dice < 0.9) return this.#random() * 40;
    if (dice < 0.997) return this.#random() * 500;
    if (dice < 0.999 || !this.#blocks) return LEASE_MS * (1 + this.#random());
    const until = performance.now() + this.#random() * LEASE_MS * 1.5;
    while (performance.now() < until);
    return 0;
  }

  /** Messages whose id is sent again and again never die: their last content must be done. */
  #outcome(id: string): LeaseOutcome {
    const dice = this.#random();
    const error = { type: 'soak', message: 'as the dice had it' };
    if (dice < 0.84) return { kind: 'done' };
    if (dice < 0.9) return { kind: 'retry', delayMs: Math.floor(this.#random() * 1_000), error };
    if (dice < 0.94) return { kind: 'snooze', delayMs: Math.floor(this.#random() * 2_000) };
    if (dice < 0.98 || !id.startsWith('m')) return { kind: 'release' };
    return { kind: 'dead', error };
  }
}
