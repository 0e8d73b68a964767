import type { RedisTarget } from './client.ts';

/** Most queues of one manager. */
export const QUEUES_MAX = 1024;

/** Memory that the manager and its heartbeat thread share; one place per queue, by index. */
export class HeartbeatBoard {
  readonly buffer: SharedArrayBuffer;
  readonly #held: Int32Array;
  readonly #renewedAt: BigInt64Array;

  constructor(buffer = new SharedArrayBuffer(QUEUES_MAX * 12 + 8)) {
    this.buffer = buffer;
    // The place after the last queue is for the time of tests.
    this.#renewedAt = new BigInt64Array(buffer, 0, QUEUES_MAX + 1);
    this.#held = new Int32Array(buffer, QUEUES_MAX * 8 + 8, QUEUES_MAX);
  }

  /** What the test option `testServerTimeMs` answered last; 0 without it. */
  get testTimeMs(): number {
    return this.renewedAt(QUEUES_MAX);
  }

  set testTimeMs(value: number) {
    this.setRenewedAt(QUEUES_MAX, value);
  }

  /** Leases that are held: without any, a queue needs no heartbeat. */
  held(index: number): number {
    return Atomics.load(this.#held, index);
  }

  setHeld(index: number, count: number): void {
    Atomics.store(this.#held, index, count);
  }

  /** When the last renewal that succeeded was sent, in steady milliseconds. */
  renewedAt(index: number): number {
    return Number(Atomics.load(this.#renewedAt, index));
  }

  setRenewedAt(index: number, at: number): void {
    Atomics.store(this.#renewedAt, index, BigInt(at));
  }
}

/** What the thread is started with. */
export interface HeartbeatSetup {
  readonly target: RedisTarget;
  readonly name: string;
  readonly leaseMs: number;
  readonly commandTimeoutMs: number;
  readonly board: SharedArrayBuffer;
}

/** Manager to thread: the sessions of a queue from now on. */
export interface SessionsChanged {
  readonly index: number;
  readonly keys: readonly string[];
  readonly sessions: readonly string[];
}

/** Thread to manager: what an answer said that concerns it. */
export type HeartbeatNews =
  /** The server does not know this session any more. */
  | { readonly index: number; readonly kind: 'lost'; readonly session: string }
  /** Fewer leases are held than the manager believes: somebody else may have settled one. */
  | { readonly index: number; readonly kind: 'fewer' };
