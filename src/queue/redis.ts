import { QueueError } from '../errors.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import { toEnvelope } from './envelope.ts';
import { checkLease } from './failure.ts';
import type { RedisTarget } from './redis/client.ts';
import { RedisHost } from './redis/host.ts';
import type { RedisQueueOptions } from './redis/options.ts';
import { sendBatch } from './send-batch.ts';
import type {
  DeadLetterAccess,
  ExchangeReply,
  ExchangeRequest,
  FailureInfo,
  Lease,
  LeasedMessage,
  LeaseLostReason,
  LeaseOutcome,
  QueueManager,
  QueueStats,
  SendItem,
  SendOptions,
  SendOutcome,
  SendResult,
  SettleResult,
} from './types.ts';
import { checkInteger, SEND_CHUNK } from './validate.ts';

export type { RedisAccess, RedisNode, RedisTarget } from './redis/client.ts';
export type { RedisQueueOptions } from './redis/options.ts';

/** Longest that a lease can be extended at once, in milliseconds. */
const EXTEND_MAX_MS = 24 * 60 * 60 * 1000;

/**
 * Queues on Redis >= 7.0: one server, Sentinel or Cluster. Every transition is one script; time is the
 * server's. Connects with the first operation, and heals by itself from everything that ends a connection.
 *
 * Sends that are issued in the same turn of the event loop share a call; a chunk of `sendMessages` with more than
 * 256 KiB takes several. A send, a requeue or a discard whose answer was lost is sent again with the same mark, and
 * answered as the first time: it counts once.
 *
 * A settlement whose answer was lost is sent again too. If the lease lapsed in that time it is answered `lost`, also
 * where the first try had been carried out.
 *
 * A manager sends to, takes from and settles in 1024 queues at most; `QueueError` `too_many_queues` refuses the next one.
 * Counters, dead letters, `pause` and `resume` are to be had of any number.
 *
 * Beside the errors of the port, every operation may throw `QueueError` `format_version` (the queue was written
 * by a newer version) and `ConfigError` (the server is older than 7.0). `queue_full` also says that Redis has
 * reached its `maxmemory`; settling and taking go on then.
 */
export class RedisQueueManager implements QueueManager {
  readonly deadLetters: DeadLetterAccess;
  readonly exchangesOverlap = true;
  readonly #host: RedisHost;

  /** @throws ConfigError for options out of range */
  constructor(target: RedisTarget, options: RedisQueueOptions = {}) {
    this.#host = new RedisHost(target, options);
    this.deadLetters = this.#host.deadLetters;
  }

  async sendMessage(queue: string, message: WorkerMessage, options?: SendOptions): Promise<SendResult> {
    const { settings } = this.#host;
    const open = this.#host.queue(queue);
    const envelope = toEnvelope(options ? { message, options } : { message }, settings);
    const [outcome] = (await open.send([envelope])) as [SendOutcome];
    if (outcome.status === 'refused') throw outcome.error;
    return outcome.status;
  }

  async sendMessages(queue: string, items: readonly SendItem[]): Promise<SendOutcome[]> {
    const open = this.#host.queue(queue);
    const chunks: Promise<SendOutcome[]>[] = [];
    for (let start = 0; start < items.length; start += SEND_CHUNK) {
      const chunk = items.slice(start, start + SEND_CHUNK);
      chunks.push(sendBatch(chunk, this.#host.settings, (envelopes) => open.send(envelopes)));
    }
    return (await Promise.all(chunks)).flat();
  }

  async getMessage(queue: string): Promise<LeasedMessage | null> {
    const { messages } = await this.exchange(queue, { want: 1 });
    return messages[0] ?? null;
  }

  ackMessage(lease: Lease): Promise<SettleResult> {
    return this.#settle(lease, { kind: 'done' });
  }

  nackMessage(lease: Lease, options: { delayMs?: number; error?: FailureInfo } = {}): Promise<SettleResult> {
    return this.#settle(lease, { kind: 'retry', ...options });
  }

  snooze(lease: Lease, afterMs: number): Promise<SettleResult> {
    return this.#settle(lease, { kind: 'snooze', delayMs: afterMs });
  }

  release(lease: Lease): Promise<SettleResult> {
    return this.#settle(lease, { kind: 'release' });
  }

  bury(lease: Lease, error: FailureInfo): Promise<SettleResult> {
    return this.#settle(lease, { kind: 'dead', error });
  }

  async extendLease(lease: Lease, byMs: number = this.#host.settings.leaseMs): Promise<Lease | null> {
    checkLease(lease);
    checkInteger('byMs', byMs, 1, EXTEND_MAX_MS);
    return this.#host.queue(lease.queue).extend(lease, byMs);
  }

  async exchange(queue: string, request: ExchangeRequest): Promise<ExchangeReply> {
    return this.#host.queue(queue).exchange(request);
  }

  async getQueueSize(queue: string): Promise<number> {
    const { ready, delayed } = await this.getQueueStats(queue);
    return ready + delayed;
  }

  async getQueueStats(queue: string): Promise<QueueStats> {
    const reply = (await this.#host.run(queue, 'stats', [])) as number[];
    const [ready = 0, delayed = 0, inFlight = 0, dead = 0, oldestAgeMs = 0, paused = 0] = reply;
    return { ready, delayed, inFlight, dead, oldestAgeMs, paused: paused === 1 };
  }

  async pause(queue: string): Promise<void> {
    await this.#host.setPaused(queue, true);
  }

  async resume(queue: string): Promise<void> {
    await this.#host.setPaused(queue, false);
  }

  lastSuccessAt(): number {
    return this.#host.lastSuccessAt;
  }

  onLeaseLost(listener: (lease: Lease, reason: LeaseLostReason) => void): () => void {
    return this.#host.onLeaseLost(listener);
  }

  close(): Promise<void> {
    return this.#host.close();
  }

  /** Ends at once and gives nothing back, as a crash would: what is held lapses. Idempotent. */
  abandon(): Promise<void> {
    return this.#host.abandon();
  }

  /** Renews all leases now; beside the heartbeat, for tests that move the time. */
  heartbeat(): Promise<void> {
    return this.#host.heartbeat();
  }

  async #settle(lease: Lease, outcome: LeaseOutcome): Promise<SettleResult> {
    checkLease(lease);
    const { results } = await this.exchange(lease.queue, { outcomes: [{ lease, outcome }] });
    const [result] = results;
    if (result === undefined) throw new QueueError('unavailable', 'the answer has no result');
    return result;
  }
}
