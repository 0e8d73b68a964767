import { randomUUID } from 'node:crypto';
import type { Timer } from '../../clock.ts';
import { QueueError } from '../../errors.ts';
import type { DeadLetterAccess, Lease, LeaseLostReason } from '../types.ts';
import { checkQueueName } from '../validate.ts';
import { type Backend, run, within } from './backend.ts';
import { isCluster, type RedisTarget } from './client.ts';
import { type ConnectionOptions, RedisConnection } from './connection.ts';
import { RedisDeadLetters } from './dead-letters.ts';
import { Heartbeat } from './heartbeat.ts';
import { QUEUES_MAX } from './heartbeat-protocol.ts';
import { queueKeys } from './keys.ts';
import { CallMarks } from './marks.ts';
import { type RedisQueueOptions, type RedisSettings, resolveRedisOptions } from './options.ts';
import { RedisQueue } from './queue.ts';
import type { ScriptName } from './scripts.ts';
import { WakeListener } from './wake.ts';

type LostListener = (lease: Lease, reason: LeaseLostReason) => void;

/** What a manager owns: connections, queues, the heartbeat, and their end. */
export class RedisHost {
  readonly settings: RedisSettings;
  readonly deadLetters: DeadLetterAccess;
  lastSuccessAt: number;
  readonly #target: RedisTarget;
  readonly #name = `checkmend-${randomUUID()}`;
  readonly #closing = new AbortController();
  readonly #backend: Backend;
  readonly #heartbeat: Heartbeat;
  readonly #queues = new Map<string, RedisQueue>();
  readonly #wakes: WakeListener[] = [];
  readonly #lostListeners = new Set<LostListener>();
  readonly #marks = new CallMarks();
  #watch: Timer | undefined;
  #closed: Promise<void> | undefined;

  constructor(target: RedisTarget, options: RedisQueueOptions) {
    const settings = resolveRedisOptions(options);
    const { clock, leaseMs, commandTimeoutMs, testServerTimeMs } = settings;
    this.settings = settings;
    this.#target = target;
    this.lastSuccessAt = clock.now();
    this.#heartbeat = new Heartbeat({ target, name: `${this.#name}-heartbeat`, leaseMs, commandTimeoutMs });
    const time = () => {
      if (!testServerTimeMs) return '';
      const now = testServerTimeMs();
      this.#heartbeat.board.testTimeMs = now;
      return String(now);
    };
    // A blocked client that is answered shows nothing: health is what fetches and settles.
    const onSuccess = () => {
      this.lastSuccessAt = clock.now();
    };
    const commands = new RedisConnection({
      ...this.#connectionOptions('commands'),
      warns: true,
      onSuccess,
    });
    this.#backend = { settings, commands, closing: this.#closing.signal, time };
    this.deadLetters = new RedisDeadLetters(this.#backend, (queue) => this.#keysOf(queue));
  }

  /** @throws QueueError `closed`, `too_many_queues`, ValidationError for a name out of range */
  queue(name: string): RedisQueue {
    if (this.#closed) throw closed();
    const known = this.#queues.get(name);
    if (known) return known;
    checkQueueName(name);
    if (this.#queues.size === QUEUES_MAX) {
      throw new QueueError('too_many_queues', `a queue manager uses at most ${QUEUES_MAX} queues`);
    }
    const queue = new RedisQueue(name, this.#backend, this.#heartbeat, this.#wakeFor(), (lease, reason) => {
      for (const listener of this.#lostListeners) listener(lease, reason);
    });
    this.#queues.set(name, queue);
    this.#watchLeases();
    return queue;
  }

  /** Calls a script of a queue that nothing is kept of here. */
  async run(queue: string, name: ScriptName, args: readonly (string | number)[]): Promise<unknown> {
    return run(this.#backend, name, this.#keysOf(queue), args);
  }

  async setPaused(queue: string, paused: boolean): Promise<void> {
    await this.run(queue, 'pause', this.#marks.marked([paused ? 1 : 0]));
  }

  onLeaseLost(listener: LostListener): () => void {
    this.#lostListeners.add(listener);
    return () => void this.#lostListeners.delete(listener);
  }

  async heartbeat(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.beat()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#giveBack().finally(() => this.#end());
    return this.#closed;
  }

  abandon(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  #keysOf(queue: string): readonly string[] {
    if (this.#closed) throw closed();
    checkQueueName(queue);
    return queueKeys(this.settings.prefix, queue).all;
  }

  /** What cannot be given back within the time for one operation lapses by itself. */
  async #giveBack(): Promise<void> {
    const { clock, operationTimeoutMs } = this.settings;
    const deadline = clock.monotonic() + operationTimeoutMs;
    const all = Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
    for (const wake of this.#wakes) await wake.close();
    await within(clock, deadline, all).catch(() => undefined);
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    this.#watch?.clear();
    this.#backend.commands.close();
    for (const wake of this.#wakes) await wake.close();
    await this.#heartbeat.close();
  }

  /** One blocking client for all queues; on a Cluster one each, as one command must keep to one slot. */
  #wakeFor(): WakeListener {
    const [shared] = this.#wakes;
    if (shared && !isCluster(this.#target)) return shared;
    const wake = new WakeListener(this.#connectionOptions('wake'), this.#backend.commands);
    this.#wakes.push(wake);
    return wake;
  }

  #connectionOptions(role: string): ConnectionOptions {
    const { clock, logger, commandTimeoutMs, operationTimeoutMs } = this.settings;
    const name = `${this.#name}-${role}`;
    return { target: this.#target, name, clock, logger, commandTimeoutMs, operationTimeoutMs };
  }

  /**
   * The heartbeat thread does the renewing. This looks whether it came through, steps in when it is late (it is
   * still starting, or has died), and lets go of leases that must have lapsed.
   */
  #watchLeases(): void {
    if (this.#watch) return;
    const { clock, leaseMs } = this.settings;
    const look = () => {
      this.#watch = clock.setTimeout(look, leaseMs / 6);
      for (const { holdings } of this.#queues.values()) holdings.dropIfStale();
      for (const queue of this.#queues.values()) {
        if (queue.holdings.size > 0 && queue.holdings.idleMs > leaseMs / 2)
          queue.beat().catch(() => undefined);
      }
    };
    this.#watch = clock.setTimeout(look, leaseMs / 6);
  }
}

function closed(): QueueError {
  return new QueueError('closed', 'the queue manager is closed');
}
