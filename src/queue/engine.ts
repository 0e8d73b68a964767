import type { Envelope } from './envelope.ts';
import type { QueueStats } from './types.ts';

/** Which lease an engine is asked about. */
export interface LeaseKey {
  readonly queue: string;
  readonly id: string;
  readonly token: number;
}

/** What becomes of a leased message: `back` burns no attempt. */
export interface EngineSettlement extends LeaseKey {
  readonly kind: 'done' | 'retry' | 'dead' | 'back';
  readonly delayMs: number;
  /** JSON of a `FailureInfo`; empty for `done` and `back`. */
  readonly error: string;
}

/** Most messages and bytes that may wait in a queue; 0 = no limit. */
export interface EngineLimits {
  readonly maxLength: number;
  readonly maxBytes: number;
}

/** Result per envelope, and whether there is now something to take. */
export interface SendReply {
  readonly now: number;
  readonly results: ('queued' | 'coalesced' | 'full')[];
  readonly wake: boolean;
}

/** Input of {@link QueueEngine.step}. */
export interface StepRequest {
  /** Name of the manager's boot: its leases belong to the holder's current session. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly queue: string;
  readonly settlements: readonly EngineSettlement[];
  readonly want: number;
}

/** A message that was given out. */
export interface Taken {
  readonly id: string;
  readonly token: number;
  readonly body: string;
  readonly retries: number;
}

/**
 * The holder's session. Its number grows when a session lapsed and was replaced: leases of earlier sessions are
 * lost then, unless they were extended beyond `now`.
 */
export interface SessionState {
  readonly now: number;
  /** 0 if the holder has none. */
  readonly session: number;
  readonly sessionExpiresAt: number;
}

/** Output of {@link QueueEngine.step}. */
export interface StepReply extends SessionState {
  /** In the order of the settlements: whether the lease was held. */
  readonly results: boolean[];
  readonly taken: Taken[];
  /** When to look again if nothing was taken and nobody wakes the caller; `null`: never. */
  readonly nextAt: number | null;
  /** Queues in which there is something to take now. */
  readonly wake: string[];
}

/** One heartbeat; `ok: false` when the backend could not be reached. */
export type Beat =
  | ({ readonly ok: true; readonly held: number; readonly wake: string[] } & SessionState)
  | { readonly ok: false; readonly now: number };

/** A dead letter as it is stored. */
export interface StoredLetter {
  /** Grows with every letter of the queue. */
  readonly position: number;
  readonly id: string;
  readonly body: string;
  readonly retries: number;
  readonly attempts: number;
  readonly error: string;
  readonly failedAt: number;
  readonly annotation: string | null;
}

/** Which letters: by id, or the `limit` oldest. */
export interface LetterSelection {
  readonly ids: readonly string[] | null;
  readonly limit: number;
}

/**
 * What memory and SQLite do differently under `EngineQueueManager`. Every method is one atomic transition; input
 * has been checked. Errors are `QueueError`s.
 */
export interface QueueEngine {
  send(queue: string, envelopes: readonly Envelope[], limits: EngineLimits): Promise<SendReply>;
  /** Recovers lapsed leases, settles, promotes what is due, and gives out up to `want`. */
  step(request: StepRequest): Promise<StepReply>;
  /** When the lease ends now, or `null` if it is lost. */
  extend(lease: LeaseKey, byMs: number): Promise<number | null>;
  /** Which of the leases are still held. */
  holds(leases: readonly LeaseKey[]): Promise<boolean[]>;
  stats(queue: string): Promise<QueueStats>;
  setPaused(queue: string, paused: boolean): Promise<void>;
  letters(queue: string, after: number, limit: number): Promise<StoredLetter[]>;
  letter(queue: string, id: string): Promise<StoredLetter | null>;
  requeue(queue: string, selection: LetterSelection, perSecond: number): Promise<number>;
  discard(queue: string, selection: LetterSelection): Promise<number>;
  annotate(queue: string, id: string, annotation: string): Promise<boolean>;
  /** Sends heartbeats for the holder at a third of `leaseMs`; answers how to stop. */
  keepAlive(holder: string, leaseMs: number, onBeat: (beat: Beat) => void): () => void;
  /** Reports changes that others made: in one queue, or (`null`) in any. Answers how to stop. */
  watch(onChange: (queue: string | null) => void): () => void;
  /** Gives all leases of the holder back without burning attempts, and ends its session. */
  leave(holder: string): Promise<void>;
  close(): Promise<void>;
}
