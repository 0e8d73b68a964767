import type { WriterScope } from '../../sqlite/extension.ts';
import { BEAT_EVENT, type BeatEvent, type BeatReply } from './operations.ts';

/**
 * Leases of a process whose event loop has been stuck for so many lease times are not kept alive any more: the
 * thread would keep up appearances for ever.
 */
const STUCK_AFTER_LEASES = 20;

interface Holder {
  readonly timer: NodeJS.Timeout;
  heardAt: number;
}

/** Sends heartbeats from the writer thread, so that a busy event loop loses no lease. */
export class Heartbeats {
  readonly #scope: WriterScope;
  readonly #beat: (holder: string, leaseMs: number) => BeatReply;
  readonly #holders = new Map<string, Holder>();

  /** @param beat the transition; runs in a transaction of its own here */
  constructor(scope: WriterScope, beat: (holder: string, leaseMs: number) => BeatReply) {
    this.#scope = scope;
    this.#beat = beat;
  }

  start(holder: string, leaseMs: number): void {
    if (this.#holders.has(holder)) return;
    const timer = setInterval(() => this.#send(holder, leaseMs), leaseMs / 3);
    this.#holders.set(holder, { timer, heardAt: performance.now() });
  }

  /** The holder's event loop turned. */
  heard(holder: string): void {
    const known = this.#holders.get(holder);
    if (known) known.heardAt = performance.now();
  }

  stop(holder: string): void {
    clearInterval(this.#holders.get(holder)?.timer);
    this.#holders.delete(holder);
  }

  stopAll(): void {
    for (const holder of [...this.#holders.keys()]) this.stop(holder);
  }

  #send(holder: string, leaseMs: number): void {
    const known = this.#holders.get(holder);
    if (!known || performance.now() - known.heardAt > STUCK_AFTER_LEASES * leaseMs) return;
    let beat: BeatReply;
    try {
      beat = this.#scope.transaction(() => this.#beat(holder, leaseMs));
    } catch {
      // Locked, full or out of reach: the holder finds out what that means for its leases.
      beat = { ok: false, now: Date.now() };
    }
    this.#scope.emit(BEAT_EVENT, { holder, beat } satisfies BeatEvent);
  }
}
