import type { WorkerMessage } from '../messages/worker-message.ts';

/** The right of one worker to one message until a deadline. Plain data: may be stored and compared. */
export interface Lease {
  readonly queue: string;
  /** Id of the message. */
  readonly id: string;
  /** Fencing token: grows with every lease of that message, also after release, snooze and expiry. */
  readonly token: number;
  /** Milliseconds since the epoch (the server's time on Redis) at which it lapses unless extended. */
  readonly expiresAt: number;
}

/** A message with the lease to work on it. */
export interface LeasedMessage {
  readonly message: WorkerMessage;
  readonly lease: Lease;
}

/** Options of one send. */
export interface SendOptions {
  /** Milliseconds (>= 0) before the message may be taken; default 0. */
  delayMs?: number;
  /** Overrides the message's own `groupKey`. */
  groupKey?: string;
  /** Overrides the message's own `expiresAt`; milliseconds since the epoch. */
  expiresAt?: number;
}

/** One entry of a batch send. */
export interface SendItem {
  message: WorkerMessage;
  options?: SendOptions;
}

/**
 * `queued`: durable, as a new entry or as the one follow-up of an id in flight;
 * `coalesced`: durable, replaced the payload of a waiting message (or waiting follow-up) of that id, which keeps its place.
 *
 * What is replaced is the whole message with its group, expiry and retries; what is kept is the place: sent
 * time, priority in the order, sequence and the time it is delayed to. An id that has a follow-up coalesces
 * with the follow-up, also while the first waits for a retry. A follow-up becomes a message of its own, at the
 * place it was sent at, when the first is done or dead; until then it counts as ready.
 */
export type SendResult = 'queued' | 'coalesced';

/** What came of an entry of a batch: its result, or the error that refused it. */
export type SendOutcome = { status: SendResult } | { status: 'refused'; error: Error };

/** `ok`, or `lost` if the lease was no longer held: nothing was changed then. */
export type SettleResult = 'ok' | 'lost';

/** Why an attempt failed, as kept with the message and its dead letter. */
export interface FailureInfo {
  /** Error class or code. */
  type: string;
  message: string;
  stack?: string;
}

/** How a worker settles a lease; anything else is a failure. */
export type LeaseOutcome =
  | { kind: 'done' }
  /** Attempt + 1; past `maxRetries` the message is dead. `delayMs` default 0. */
  | { kind: 'retry'; delayMs?: number; error?: FailureInfo }
  | { kind: 'dead'; error: FailureInfo }
  /** Burns no attempt. */
  | { kind: 'snooze'; delayMs: number }
  /** Given back unstarted: no attempt burned, place kept. */
  | { kind: 'release' };

/** A lease and what became of it. */
export interface Settlement {
  lease: Lease;
  outcome: LeaseOutcome;
}

/** Input of {@link QueueManager.exchange}. */
export interface ExchangeRequest {
  /** Leases to settle; default none. */
  outcomes?: readonly Settlement[];
  /** Messages wanted, 0..256; default 0. */
  want?: number;
  /** Milliseconds to wait for the first message when there is none, 0..60000; default 0. */
  waitMs?: number;
  /** Ends the waiting early; leases taken are still returned. */
  signal?: AbortSignal;
}

/** Output of {@link QueueManager.exchange}; `results` is in the order of `outcomes`. */
export interface ExchangeReply {
  results: SettleResult[];
  messages: LeasedMessage[];
}

/** Counters of one queue, read in constant time. */
export interface QueueStats {
  /** May be taken now (those held back by their group, and follow-ups held back by their id, included). */
  ready: number;
  /** Waiting for a time to come: delayed, retried, snoozed. */
  delayed: number;
  inFlight: number;
  dead: number;
  /**
   * Age since it was sent of the oldest ready message, follow-ups aside, in milliseconds, to a tenth of a second; 0 if
   * none. A delayed one that is due may count from then on, until something is taken.
   */
  oldestAgeMs: number;
  paused: boolean;
}

/** Why a message is in the dead set. */
export type DeadReason = 'failed' | 'max_retries' | 'expired' | 'unknown_type' | 'invalid';

/** A message that is not tried any more. */
export interface DeadLetter {
  readonly queue: string;
  readonly id: string;
  /** The message as it was last, `retryCount` included. */
  readonly message: WorkerMessage;
  readonly error: FailureInfo;
  /** Milliseconds since the epoch. */
  readonly failedAt: number;
  /** Attempts made: the retries before, and one for the last unless it expired before it was started. */
  readonly attempts: number;
  /** Notes that an analysis added; never removes the letter. */
  readonly annotation?: string;
}

/** One page of dead letters, oldest first. `cursor` is absent on the last page. */
export interface DeadLetterPage {
  letters: DeadLetter[];
  cursor?: string;
}

/**
 * The dead set of a queue, by id: the newest letter of an id stands. Only requeue, discard and retention
 * remove from it.
 */
export interface DeadLetterAccess {
  /** @param options `limit` 1..100, default 50. */
  list(queue: string, options?: { cursor?: string; limit?: number }): Promise<DeadLetterPage>;
  get(queue: string, id: string): Promise<DeadLetter | null>;
  /**
   * Puts letters back as waiting messages with their attempts reset, and without their expiry if it has
   * passed; answers how many. A letter whose id is waiting or in flight again is dropped: the newer message
   * stands for it. Limits of the queue do not apply.
   * @param options `ids` (at most 100), or up to `limit` (1..100, default 100) oldest; `perSecond` (at least
   * 0.00005) spreads them by delay.
   */
  requeue(
    queue: string,
    options?: { ids?: readonly string[]; limit?: number; perSecond?: number },
  ): Promise<number>;
  /** Removes letters for good; answers how many. Same selection as `requeue`. */
  discard(queue: string, options?: { ids?: readonly string[]; limit?: number }): Promise<number>;
  annotate(queue: string, id: string, annotation: string): Promise<boolean>;
}

/** Why a lease ended under its holder. */
export type LeaseLostReason = 'expired' | 'superseded';

/**
 * Priority queues with leases: the one port that memory, SQLite and Redis implement.
 *
 * Order within a queue is `sent time - priority * agingMs`, ties by sequence. Delivery is at least once; a
 * message is never given to two holders within a live lease. A manager keeps the leases that it gave out
 * alive by itself until they are settled or it is closed.
 *
 * Groups take turns: when a message of a group is done or dead, the next one of that group ranks as if it had
 * been sent at that moment, if it was sent earlier; ties go to the group whose turn is longest ago. A group is
 * represented by its first message in the order. What goes back (retry, snooze, release, a lapsed lease)
 * takes no turn. See `order.ts`.
 *
 * Expiry is looked at when a message would be given out. Limits refuse new messages only: neither coalescing
 * nor follow-ups, nor what goes back.
 */
export interface QueueManager {
  /**
   * Resolves when the message is durable.
   * @throws QueueError `payload_too_large` (over 256 KiB serialised), `queue_full`, `closed`, `unavailable`
   * @throws ValidationError for an envelope out of range
   */
  sendMessage(queue: string, message: WorkerMessage, options?: SendOptions): Promise<SendResult>;
  /** Atomic per chunk of at most 200 items, with an outcome per item, in order. */
  sendMessages(queue: string, items: readonly SendItem[]): Promise<SendOutcome[]>;
  /** Takes the first message in the order, or null when there is none; never waits. */
  getMessage(queue: string): Promise<LeasedMessage | null>;
  /** The message is done: it is deleted. */
  ackMessage(lease: Lease): Promise<SettleResult>;
  /** It failed: attempt + 1, back in its place after `delayMs` (default 0); past `maxRetries` it is dead. */
  nackMessage(lease: Lease, options?: { delayMs?: number; error?: FailureInfo }): Promise<SettleResult>;
  /** Back in its place after `afterMs` milliseconds; burns no attempt. */
  snooze(lease: Lease, afterMs: number): Promise<SettleResult>;
  /** Given back unstarted, in its place; burns no attempt. */
  release(lease: Lease): Promise<SettleResult>;
  /** It is dead: kept with the error, and not tried any more. */
  bury(lease: Lease, error: FailureInfo): Promise<SettleResult>;
  /** Answers the extended lease, or `null` if it is lost. @param byMs default the manager's `leaseMs` */
  extendLease(lease: Lease, byMs?: number): Promise<Lease | null>;
  /** Settles and fetches in one round trip; what a worker loop uses. */
  exchange(queue: string, request: ExchangeRequest): Promise<ExchangeReply>;
  /**
   * Whether a worker gains by beginning an exchange before the last one has ended: where it is a round trip, so that
   * both ends work, and not where it is a commit, which is dearer the less it holds.
   */
  readonly exchangesOverlap: boolean;
  /** Waiting + delayed. */
  getQueueSize(queue: string): Promise<number>;
  /** Counters of the queue, in constant time. */
  getQueueStats(queue: string): Promise<QueueStats>;
  readonly deadLetters: DeadLetterAccess;
  /** Nothing is given out until `resume`; sends go on. Durable, seen by all processes. */
  pause(queue: string): Promise<void>;
  /** Ends a `pause`; who waits is woken. */
  resume(queue: string): Promise<void>;
  /** Milliseconds since the epoch of the last exchange with the backend that succeeded; the measure of health. */
  lastSuccessAt(): number;
  /** Called when a lease that this manager gave out is no longer held. Answers the unsubscriber. */
  onLeaseLost(listener: (lease: Lease, reason: LeaseLostReason) => void): () => void;
  /** Releases unsettled leases without burning attempts and frees connections, threads and timers. Idempotent. */
  close(): Promise<void>;
}

/** Options that the three managers share. */
export interface QueueManagerOptions {
  /** Milliseconds a lease lasts without a heartbeat; 1000..3600000, default 30000. Heartbeats come at a third of it. */
  leaseMs?: number;
  /** What one step of priority is worth, in milliseconds of waiting; 0..86400000, default 600000. */
  agingMs?: number;
  /** Most messages waiting in one queue; 0 = no limit, default 0. More are refused with `queue_full`. */
  maxLength?: number;
  /** Most payload bytes waiting in one queue; 0 = no limit, default 0. */
  maxBytes?: number;
  /** Largest serialised message in bytes; 1024..1048576, default 262144. */
  maxMessageBytes?: number;
}
