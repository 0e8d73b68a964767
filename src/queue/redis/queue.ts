import { QueueError } from '../../errors.ts';
import type { Envelope } from '../envelope.ts';
import type { ExchangeReply, ExchangeRequest, Lease, LeaseLostReason, SendOutcome } from '../types.ts';
import { checkExchange } from '../validate.ts';
import { type Backend, run } from './backend.ts';
import { classify } from './errors.ts';
import type { Heartbeat } from './heartbeat.ts';
import { Holdings } from './holdings.ts';
import { type QueueKeys, queueKeys } from './keys.ts';
import { CallMarks } from './marks.ts';
import { Sender } from './sender.ts';
import { leaseMember } from './settlements.ts';
import { steadyMs } from './steady.ts';
import type { StepResult } from './step-reply.ts';
import { Stepper } from './stepper.ts';
import type { WakeListener } from './wake.ts';

/**
 * Most milliseconds between two looks at a queue that gives no sign; less for short leases. A look is three commands:
 * three queues stay under one a second.
 */
const LOOK_MOST_MS = 15_000;

/** Least milliseconds between two looks at what falls due. */
const LOOK_LEAST_MS = 5;

/** One queue as this manager sees it. */
export class RedisQueue {
  readonly keys: QueueKeys;
  readonly holdings: Holdings;
  readonly #backend: Backend;
  readonly #wake: WakeListener;
  readonly #sender: Sender;
  readonly #stepper: Stepper;
  readonly #marks = new CallMarks();
  /** Monotonic milliseconds at which something is known to fall due. */
  #dueAt = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** The last fetch found nothing, and no marker has come since. */
  #empty = false;
  /** The server's time minus the monotonic one. */
  #serverAhead = 0;
  #closing = false;

  constructor(
    queue: string,
    backend: Backend,
    heartbeat: Heartbeat,
    wake: WakeListener,
    onLost: (lease: Lease, reason: LeaseLostReason) => void,
  ) {
    const { settings } = backend;
    this.#backend = backend;
    this.#wake = wake;
    this.keys = queueKeys(settings.prefix, queue);
    this.holdings = new Holdings({
      heartbeat,
      keys: this.keys.all,
      leaseMs: settings.leaseMs,
      onLost,
      onFewer: () => void this.#stepper.verify().catch(() => undefined),
    });
    this.#stepper = new Stepper(queue, this.keys, backend, this.holdings);
    this.#sender = new Sender(async ({ nonce, place }, args) => {
      const all = [nonce, place, settings.maxLength, settings.maxBytes, ...args];
      return String(await run(backend, 'add', this.keys.all, all));
    });
  }

  /** @param envelopes 1..200 */
  send(envelopes: readonly Envelope[]): Promise<SendOutcome[]> {
    return this.#sender.send(envelopes);
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeReply> {
    const { outcomes = [], signal } = request;
    const { want, waitMs } = checkExchange(request);
    const { clock } = this.#backend.settings;
    const deadline = clock.monotonic() + waitMs;
    const ended = () => signal?.aborted || this.#wake.closed || clock.monotonic() >= deadline;
    const idle = outcomes.length === 0 && waitMs > 0 && this.#isQuiet(clock.monotonic());
    let { results, messages } = idle ? { results: [], messages: [] } : await this.#step(outcomes, want);
    while (messages.length === 0 && want > 0 && !ended()) {
      if (!(await this.#somethingToTake(deadline, signal))) continue;
      this.#empty = false;
      messages = await this.#tryToTake(want);
    }
    // While it was under way the manager was closed, and gave everything back.
    return { results, messages: this.#closing ? [] : messages };
  }

  /** Sends a heartbeat for what is held. */
  async beat(): Promise<void> {
    const sessions = this.holdings.beating;
    if (sessions.length === 0) return;
    const sentAt = steadyMs();
    const args = [this.#backend.settings.leaseMs, ...sessions];
    const held = (await run(this.#backend, 'beat', this.keys.all, args)) as number[];
    if (held.some((count) => count >= 0)) this.holdings.renewed(sentAt);
    for (const [i, session] of sessions.entries()) {
      if (held[i] === -1) this.holdings.dropSession(session);
    }
    const total = held.reduce((sum, count) => sum + Math.max(0, count), 0);
    if (total < this.holdings.size) await this.#stepper.verify();
  }

  async extend(lease: Lease, byMs: number): Promise<Lease | null> {
    const args = this.#marks.marked([leaseMember(lease), Math.ceil(byMs)]);
    const reply = await run(this.#backend, 'extend', this.keys.all, args);
    const [expiresAt, session] = reply as [number, string] | [];
    if (expiresAt === undefined || session === undefined) return null;
    const extended = { ...lease, expiresAt };
    this.holdings.pin(extended, session);
    return extended;
  }

  /** Stores what was sent, gives back what is held, and leaves it to another worker to look. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#sender.drain();
    await this.#stepper.close();
    this.#stepper.owed.add(this.holdings.leases.map((lease) => ({ lease, outcome: { kind: 'release' } })));
    await this.#stepper.settleOwed();
    // Nobody else may know what falls due, and a marker may be on its way here. An outage is not waited out for that.
    if (Number.isFinite(this.#lookedAt)) {
      await this.#backend.commands.once((client) => client.zadd(this.keys.wake, 0, 'w'), 0);
    }
  }

  async #step(outcomes: ExchangeRequest['outcomes'] & object, want: number): Promise<StepResult> {
    const result = await this.#stepper.step(outcomes, want);
    const now = this.#backend.settings.clock.monotonic();
    this.#serverAhead = result.serverMs - now;
    if (want > 0) {
      this.#empty = result.messages.length === 0;
      this.#lookedAt = now;
      this.#dueAt =
        result.lookInMs < 0 ? Number.POSITIVE_INFINITY : now + Math.max(LOOK_LEAST_MS, result.lookInMs);
    }
    // What cannot be read is buried. If that fails, a later step does it: the others have their leases, and must be told.
    if (this.#stepper.owed.size > 0) await this.#stepper.settleOwed().catch(() => undefined);
    return result;
  }

  /** Nothing was there at the last look, which is not long ago, and whatever came since has left its marker. */
  #isQuiet(now: number): boolean {
    return this.#empty && this.#wake.trusted && now < Math.min(this.#dueAt, this.#nextLookAt);
  }

  get #nextLookAt(): number {
    return this.#lookedAt + Math.min(LOOK_MOST_MS, this.#backend.settings.leaseMs / 2);
  }

  /** A later fetch of an exchange whose outcomes are settled: an outage is waited out. */
  async #tryToTake(want: number): Promise<StepResult['messages']> {
    try {
      return (await this.#step([], want)).messages;
    } catch (error) {
      if (!(error instanceof QueueError && error.code === 'unavailable')) throw error;
      this.#backend.settings.logger.warn({ err: error }, 'redis: waiting for the connection');
      return [];
    }
  }

  /** Waits for a wake-up, a due time or the next look; answers whether to fetch. */
  async #somethingToTake(deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { clock } = this.#backend.settings;
    const until = Math.min(deadline, this.#dueAt, this.#nextLookAt);
    if (await this.#wake.wait(this.keys.wake, Math.max(0, until - clock.monotonic()), signal)) return true;
    const now = clock.monotonic();
    if (signal?.aborted || now >= deadline) return false;
    if (now >= this.#dueAt) return true;
    return now >= this.#nextLookAt && this.#look();
  }

  /** Three cheap reads in place of a whole step: a marker may have been taken by a process that died. */
  async #look(): Promise<boolean> {
    const { clock } = this.#backend.settings;
    this.#lookedAt = clock.monotonic();
    try {
      const { ready, delayed, sessions } = this.keys;
      const [count, ...heads] = await this.#backend.commands.once((client) =>
        Promise.all([
          client.zcard(ready),
          ...[delayed, sessions].map((key) => client.call('zrange', key, 0, 0, 'WITHSCORES')),
        ]),
      );
      const scores = heads.map((head) => Number((head as string[])[1] ?? Number.POSITIVE_INFINITY));
      const due = Math.min(...scores);
      this.#dueAt = due - this.#serverAhead;
      return count > 0 || this.#dueAt <= this.#lookedAt;
    } catch (error) {
      if (classify(error) === 'final') throw error;
      return true;
    }
  }
}
