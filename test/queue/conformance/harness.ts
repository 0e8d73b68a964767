import type { QueueManager, QueueManagerOptions } from '../../../src/queue/types.ts';

/** Queues of one backend, empty at first, and the time they go by. */
export interface QueueFixture {
  readonly manager: QueueManager;
  /** One more manager over the same queues, with the same options, as another process would have. */
  another(): Promise<QueueManager>;
  /** Ends a manager as a crash would: nothing is released, no heartbeat comes any more. */
  crash(manager: QueueManager): Promise<void>;
  /** The backend's time in milliseconds since the epoch. */
  now(): number;
  /** Lets time pass for the queues and all managers; heartbeats that fall due are sent. */
  advance(ms: number): Promise<void>;
  /** Throws if counts that the backend keeps are not those of what it holds. */
  audit?(): Promise<void>;
  /** Closes all managers and removes the queues. */
  close(): Promise<void>;
}

/** A kind of queue that the contract is held against. */
export interface QueueHarness {
  readonly name: string;
  /** By how much the backend's time at an operation may differ from `now()` before and after it. */
  readonly clockToleranceMs: number;
  create(options?: QueueManagerOptions): Promise<QueueFixture>;
}
