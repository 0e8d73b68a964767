import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { QueueError, ValidationError } from '../errors.ts';
import type { WorkerMessage } from '../messages/worker-message.ts';
import { EngineDeadLetters } from './dead-letters.ts';
import type { Beat, EngineSettlement, QueueEngine, StepReply, Taken } from './engine.ts';
import { toMessage } from './envelope.ts';
import { checkLease, encodeFailure, toSettlement } from './failure.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import type { ResolvedQueueOptions } from './options.ts';
import { Sender } from './sender.ts';
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
import { checkExchange, checkInteger, checkQueueName } from './validate.ts';
import { WaitRoom } from './wait-room.ts';

/** Longest that a lease can be extended at once, in milliseconds. */
const EXTEND_MAX_MS = 24 * 60 * 60 * 1000;

/** The part of a queue manager that does not depend on where messages are kept. */
export class EngineQueueManager implements QueueManager {
  readonly deadLetters: DeadLetterAccess;
  readonly exchangesOverlap = false;
  readonly #engine: QueueEngine;
  readonly #options: ResolvedQueueOptions;
  readonly #clock: Clock;
  readonly #holder = randomUUID();
  readonly #keeper: LeaseKeeper;
  readonly #room: WaitRoom;
  readonly #sender: Sender;
  readonly #stopHeartbeat: () => void;
  readonly #unburied: EngineSettlement[] = [];
  #closing: Promise<void> | undefined;
  #lastSuccessAt: number;

  constructor(engine: QueueEngine, options: ResolvedQueueOptions, clock: Clock) {
    const call = <T>(operation: (engine: QueueEngine) => Promise<T>) => this.#call(operation);
    this.#engine = engine;
    this.#options = options;
    this.#clock = clock;
    this.#lastSuccessAt = clock.now();
    this.#room = new WaitRoom(clock, (onChange) => engine.watch(onChange));
    this.#sender = new Sender(call, options, this.#room);
    this.#keeper = new LeaseKeeper((leases) => call((it) => it.holds(leases)));
    this.deadLetters = new EngineDeadLetters(call, (queue, count) => this.#room.wake(queue, count));
    this.#stopHeartbeat = engine.keepAlive(this.#holder, options.leaseMs, (beat) => this.#onBeat(beat));
  }

  async sendMessage(queue: string, message: WorkerMessage, options?: SendOptions): Promise<SendResult> {
    return this.#sender.one(queue, message, options);
  }

  async sendMessages(queue: string, items: readonly SendItem[]): Promise<SendOutcome[]> {
    this.#assertOpen();
    return this.#sender.many(queue, items);
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

  async extendLease(lease: Lease, byMs: number = this.#options.leaseMs): Promise<Lease | null> {
    checkLease(lease);
    checkInteger('byMs', byMs, 1, EXTEND_MAX_MS);
    const expiresAt = await this.#call((engine) => engine.extend(lease, byMs));
    if (expiresAt === null) return null;
    const extended = { queue: lease.queue, id: lease.id, token: lease.token, expiresAt };
    this.#keeper.extended(extended);
    return extended;
  }

  async exchange(queue: string, request: ExchangeRequest): Promise<ExchangeReply> {
    checkQueueName(queue);
    const { want, waitMs } = checkExchange(request);
    const leases = (request.outcomes ?? []).map(({ lease }) => lease);
    leases.forEach(checkLease);
    const settlements = (request.outcomes ?? []).map(({ lease, outcome }) => toSettlement(lease, outcome));
    if (want === 0 || waitMs === 0) {
      const { results, messages } = await this.#step(queue, leases, settlements, want);
      return { results: results.map(toResult), messages };
    }
    this.#assertOpen();
    const leaveRoom = this.#room.enter();
    try {
      return await this.#stepAndWait(queue, leases, settlements, want, waitMs, request.signal);
    } finally {
      leaveRoom();
    }
  }

  async getQueueSize(queue: string): Promise<number> {
    const { ready, delayed } = await this.getQueueStats(queue);
    return ready + delayed;
  }

  async getQueueStats(queue: string): Promise<QueueStats> {
    checkQueueName(queue);
    return this.#call((engine) => engine.stats(queue));
  }

  async pause(queue: string): Promise<void> {
    checkQueueName(queue);
    await this.#call((engine) => engine.setPaused(queue, true));
  }

  async resume(queue: string): Promise<void> {
    checkQueueName(queue);
    await this.#call((engine) => engine.setPaused(queue, false));
    this.#room.wake(queue, Number.POSITIVE_INFINITY);
  }

  lastSuccessAt(): number {
    return this.#lastSuccessAt;
  }

  onLeaseLost(listener: (lease: Lease, reason: LeaseLostReason) => void): () => void {
    return this.#keeper.onLost(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** Ends as a crash would: nothing is released and no heartbeat comes any more. For tests of recovery. */
  async abandon(): Promise<void> {
    this.#stopHeartbeat();
    this.#closing ??= this.#engine.close();
    this.#room.wakeAll();
    await this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.#room.wakeAll();
    this.#stopHeartbeat();
    try {
      await this.#engine.leave(this.#holder);
    } finally {
      await this.#engine.close();
    }
  }

  async #settle(lease: Lease, outcome: LeaseOutcome): Promise<SettleResult> {
    const { results } = await this.exchange(lease.queue, { outcomes: [{ lease, outcome }] });
    return results[0] ?? 'lost';
  }

  async #stepAndWait(
    queue: string,
    leases: readonly Lease[],
    settlements: readonly EngineSettlement[],
    want: number,
    waitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ExchangeReply> {
    const deadline = this.#clock.monotonic() + waitMs;
    let seen = this.#room.version(queue);
    const first = await this.#step(queue, leases, settlements, want);
    let { messages, nextAt } = first;
    while (messages.length === 0 && !this.#closing && !signal?.aborted) {
      const left = deadline - this.#clock.monotonic();
      if (left <= 0) break;
      const untilNext = nextAt === null ? left : nextAt - this.#clock.now();
      await this.#room.wait(queue, seen, Math.min(left, untilNext), signal);
      if (this.#closing || signal?.aborted) break;
      seen = this.#room.version(queue);
      try {
        ({ messages, nextAt } = await this.#step(queue, [], [], want));
      } catch (thrown) {
        // What was settled must be told; the next exchange meets the error again.
        if (settlements.length === 0) throw thrown;
        break;
      }
    }
    return { results: first.results.map(toResult), messages };
  }

  async #step(
    queue: string,
    leases: readonly Lease[],
    settlements: readonly EngineSettlement[],
    want: number,
  ): Promise<{ results: boolean[]; messages: LeasedMessage[]; nextAt: number | null }> {
    const reply = await this.#keeper.settle(leases, () =>
      this.#call((it) => this.#stepOf(it, queue, settlements, want)),
    );
    const messages: LeasedMessage[] = [];
    const unreadable: EngineSettlement[] = [];
    for (const taken of reply.taken) {
      const lease = this.#lease(queue, taken, reply);
      try {
        messages.push({ message: toMessage(taken.body, taken.retries), lease });
      } catch (thrown) {
        if (!(thrown instanceof ValidationError)) throw thrown;
        const error = encodeFailure({ type: 'invalid', message: thrown.message });
        unreadable.push({ queue, id: taken.id, token: taken.token, kind: 'dead', delayMs: 0, error });
      }
    }
    for (const woken of reply.wake) this.#room.wake(woken);
    // While it was under way the manager was closed, and gave everything back.
    if (this.#closing) return { ...reply, messages: [] };
    for (const { lease } of messages) this.#keeper.add(lease, reply.session);
    if (unreadable.length > 0) {
      this.#unburied.push(...unreadable);
      // If it fails, the next step takes them along: these messages have their leases already.
      await this.#step(queue, [], [], 0).catch(() => {});
    }
    return { ...reply, messages };
  }

  /** A step that also buries what could not be read before. */
  async #stepOf(
    engine: QueueEngine,
    queue: string,
    settlements: readonly EngineSettlement[],
    want: number,
  ): Promise<StepReply> {
    const unburied = this.#unburied.splice(0);
    const { leaseMs } = this.#options;
    try {
      const all = [...settlements, ...unburied];
      const reply = await engine.step({ holder: this.#holder, leaseMs, queue, settlements: all, want });
      return { ...reply, results: reply.results.slice(0, settlements.length) };
    } catch (thrown) {
      this.#unburied.push(...unburied);
      throw thrown;
    }
  }

  #lease(queue: string, taken: Taken, reply: StepReply): Lease {
    return { queue, id: taken.id, token: taken.token, expiresAt: reply.sessionExpiresAt };
  }

  #onBeat(beat: Beat): void {
    if (this.#closing) return;
    if (beat.ok) this.#lastSuccessAt = beat.now;
    this.#keeper.beat(beat);
    if (!beat.ok) return;
    for (const queue of beat.wake) this.#room.wake(queue);
  }

  async #call<T>(operation: (engine: QueueEngine) => Promise<T>): Promise<T> {
    this.#assertOpen();
    const value = await operation(this.#engine);
    this.#lastSuccessAt = this.#clock.now();
    return value;
  }

  #assertOpen(): void {
    if (this.#closing) throw new QueueError('closed', 'the queue manager is closed');
  }
}

function toResult(held: boolean): SettleResult {
  return held ? 'ok' : 'lost';
}
