/** What is compared. */
export type SideName = 'ours' | 'bullmq';
export const SIDES: readonly SideName[] = ['ours', 'bullmq'];

/** How messages are worked on. */
export interface Work {
  readonly concurrency: number;
  /** Milliseconds that a job takes, by a timer; 0 = nothing is done. */
  readonly jobMs: number;
}

/** What a worker tells. */
export interface Listener {
  /** The handler begins. */
  started?(id: string): void;
  /** The queue knows that it is done. */
  done?(id: string): void;
}

/** One queue on one Redis server, as a user of that library would use it. */
export interface Side {
  /** The settings that are no defaults, and the ones that matter. */
  readonly configuration: Readonly<Record<string, unknown>>;
  addBulk(first: number, count: number): Promise<void>;
  add(n: number): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Starts a worker; resolves when it is connected. Answers how to stop it. */
  work(work: Work, listener: Listener): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Name of the queue, and first part of the ids. */
export const QUEUE = 'bench';

/** Messages of one bulk call. */
export const BULK = 1000;
