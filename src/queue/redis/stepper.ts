import { randomBytes } from 'node:crypto';
import { sleep } from '../../clock.ts';
import { QueueError } from '../../errors.ts';
import type { Lease, Settlement, SettleResult } from '../types.ts';
import { type Backend, run, script, within } from './backend.ts';
import { Bag } from './bag.ts';
import { classify, replyCode, toQueueError } from './errors.ts';
import { type Holdings, NO_SESSION } from './holdings.ts';
import type { QueueKeys } from './keys.ts';
import { Owed } from './owed.ts';
import { leaseMember, planSettlements, type SettlementPlan } from './settlements.ts';
import { steadyMs } from './steady.ts';
import { readStep, type StepReply, type StepResult } from './step-reply.ts';

/** Most bytes of messages that one step answers (one message is always answered). */
const STEP_BYTES = 4 * 1024 * 1024;

/** Most outcomes of one call: a script must be done soon. */
const OUTCOMES_MOST = 500;

/** Settles and fetches for one queue, and puts the session right when an answer was lost. */
export class Stepper {
  readonly owed: Owed;
  readonly #queue: string;
  readonly #keys: QueueKeys;
  readonly #backend: Backend;
  readonly #holdings: Holdings;
  /** What is being settled, by call. */
  readonly #settling = new Bag<{ readonly outcomes: readonly Settlement[] }>();
  /** Tokens whose settlement was sent, but not answered: it may have been done. */
  readonly #unsure = new Set<number>();
  /** Those of them that turned out to be settled: asking again is answered `lost`, but it was this manager. */
  readonly #settled = new Set<number>();
  readonly #underWay = new Bag<Promise<void>>();
  /** Names what opens a session, so that one whose answer is lost can be found. */
  readonly #opener = randomBytes(6).toString('hex');
  #openings = 0;
  #opening: Promise<unknown> | undefined;
  #fetching = 0;
  #closed = false;
  /** Sessions, or what was to open them, whose answer was lost. */
  readonly #broken = new Set<string>();
  #repairing: Promise<void> | undefined;

  constructor(queue: string, keys: QueueKeys, backend: Backend, holdings: Holdings) {
    this.#queue = queue;
    this.#keys = keys;
    this.#backend = backend;
    this.#holdings = holdings;
    this.owed = new Owed(backend, keys.leases);
  }

  /**
   * Tries until there is an answer or `operationTimeoutMs` have passed; the outcomes may then be given again.
   * More than {@link OUTCOMES_MOST} are settled in several calls, the last of which fetches.
   * @throws QueueError `unavailable`
   */
  async step(outcomes: readonly Settlement[], want: number): Promise<StepResult> {
    if (this.owed.size === 0) return this.#steps(outcomes, want);
    const owed = this.owed.take(OUTCOMES_MOST - outcomes.length);
    try {
      const result = await this.#steps([...outcomes, ...owed], want);
      return { ...result, results: result.results.slice(0, outcomes.length) };
    } catch (error) {
      this.owed.add(owed);
      throw error;
    }
  }

  /** Settles at once what is owed. @throws QueueError `unavailable`; a later step takes it along then */
  async settleOwed(): Promise<void> {
    if (this.owed.size === 0) return;
    await this.owed.identify();
    await this.step([], 0);
  }

  /** Takes nothing from now on; resolves when nothing is under way that may. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#underWay]);
    while (this.#repairing) await this.#repairing;
  }

  async #steps(outcomes: readonly Settlement[], want: number): Promise<StepResult> {
    if (outcomes.length <= OUTCOMES_MOST) return this.#step(outcomes, want);
    const earlier: SettleResult[] = [];
    let at = 0;
    try {
      for (; outcomes.length - at > OUTCOMES_MOST; at += OUTCOMES_MOST) {
        const { results } = await this.#step(outcomes.slice(at, at + OUTCOMES_MOST), 0);
        earlier.push(...results);
      }
      const last = await this.#step(outcomes.slice(at), want);
      return { ...last, results: [...earlier, ...last.results] };
    } catch (error) {
      // All will be given again: what is settled by now was not lost.
      const done = outcomes.filter((_outcome, i) => earlier[i] === 'ok');
      for (const { lease } of done) this.#settled.add(lease.token);
      throw error;
    }
  }

  async #step(outcomes: readonly Settlement[], want: number): Promise<StepResult> {
    const { clock, operationTimeoutMs } = this.#backend.settings;
    const plan = planSettlements(outcomes);
    const deadline = clock.monotonic() + operationTimeoutMs;
    const settling = { outcomes };
    this.#settling.add(settling);
    try {
      const result = await this.#untilAnswered(plan, want, deadline);
      this.#holdings.remove(outcomes.map(({ lease }) => lease));
      if (this.#unsure.size + this.#settled.size === 0) return result;
      return { ...result, results: this.#knowingly(outcomes, result.results) };
    } catch (error) {
      for (const { lease } of outcomes) if (this.#holdings.has(lease)) this.#unsure.add(lease.token);
      throw error;
    } finally {
      this.#settling.delete(settling);
    }
  }

  /** Results that take into account what an earlier try had done. */
  #knowingly(outcomes: readonly Settlement[], results: readonly SettleResult[]): SettleResult[] {
    return results.map((result, i) => {
      const token = outcomes[i]?.lease.token ?? 0;
      this.#unsure.delete(token);
      return this.#settled.delete(token) ? 'ok' : result;
    });
  }

  async #untilAnswered(plan: SettlementPlan, want: number, deadline: number): Promise<StepResult> {
    for (;;) {
      const result = await this.#attempt(plan, want, deadline);
      if (result) return result;
    }
  }

  #isSettling(token: number): boolean {
    return [...this.#settling].some(({ outcomes }) => outcomes.some(({ lease }) => lease.token === token));
  }

  /** Finds out which leases somebody else has settled, and lets go of them. */
  async verify(): Promise<void> {
    const gone = await this.#missing(this.#holdings.leases.filter(({ token }) => !this.#isSettling(token)));
    this.#gone(gone.filter(({ token }) => !this.#isSettling(token)));
  }

  /** Those that the server does not have. */
  async #missing(leases: readonly Lease[]): Promise<Lease[]> {
    if (leases.length === 0) return [];
    const members = leases.map(leaseMember);
    const sessions = await this.#backend.commands.run(
      async (client) => (await client.call('zmscore', this.#keys.leases, ...members)) as (string | null)[],
    );
    return leases.filter((_lease, i) => sessions[i] === null);
  }

  /** One try; `null` if another one makes sense. */
  async #attempt(plan: SettlementPlan, want: number, deadline: number): Promise<StepResult | null> {
    const { clock } = this.#backend.settings;
    if (this.#fetching === 0) this.#holdings.giveUpIfIdle();
    for (let first = this.#before(want); first; first = this.#before(want))
      await within(clock, deadline, first);
    const wanted = this.#closed ? 0 : want;
    const session = this.#holdings.session;
    const opens = wanted > 0 && session === NO_SESSION;
    const opening = opens ? `${this.#opener}:${++this.#openings}` : '';
    const fetch = { sessions: this.#holdings.sessionList, want: wanted, opening };
    const call = this.#call(fetch, plan, deadline - clock.monotonic());
    const ended = () => undefined;
    const settled = call.then(ended, ended);
    this.#underWay.add(settled);
    if (wanted > 0) this.#fetching++;
    const over = opens ? Promise.withResolvers<void>() : undefined;
    if (over) this.#opening = over.promise;
    try {
      return await call;
    } catch (error) {
      return await this.#recover(error, opens ? opening : session, deadline);
    } finally {
      this.#underWay.delete(settled);
      if (wanted > 0) this.#fetching--;
      if (over) this.#opening = undefined;
      over?.resolve();
    }
  }

  /** What a step waits for. A fetch without a session opens one: the others wait for it, so that there is only one. */
  #before(want: number): Promise<unknown> | undefined {
    return this.#repairing ?? (want > 0 && this.#holdings.session === NO_SESSION ? this.#opening : undefined);
  }

  async #call(
    { sessions, want, opening }: { sessions: string; want: number; opening: string },
    plan: SettlementPlan,
    withinMs: number,
  ): Promise<StepResult> {
    const { leaseMs } = this.#backend.settings;
    const args = [sessions, leaseMs, want, STEP_BYTES, opening, ...plan.args];
    let sentAt = 0;
    const reply = await this.#backend.commands.once((client) => {
      sentAt = steadyMs();
      return script(client, this.#backend, 'step', this.#keys.all, args);
    }, withinMs);
    return this.#read(reply as StepReply, plan, sentAt);
  }

  #read(reply: StepReply, plan: SettlementPlan, sentAt: number): StepResult {
    const { result, leases, session } = readStep(this.#queue, reply, plan);
    this.owed.addUnreadable(result.unreadable);
    if (result.messages.length + result.unreadable.length > 0) this.#holdings.add(leases, session, sentAt);
    else if (this.#holdings.size > 0 && session === this.#holdings.session) this.#holdings.renewed(sentAt);
    return result;
  }

  /** @param session what the step went by, or what was to open it */
  async #recover(error: unknown, session: string, deadline: number): Promise<null> {
    const { clock } = this.#backend.settings;
    if (replyCode(error) === 'QUEUESESSION') {
      this.#holdings.dropSession(session);
      return null;
    }
    const kind = classify(error);
    if (kind === 'final') throw toQueueError(error);
    if (kind === 'rebuild') this.#repair(session);
    if (kind === 'later') await sleep(clock, 100, this.#backend.closing);
    if (clock.monotonic() >= deadline) {
      throw new QueueError('unavailable', 'Redis is out of reach', { cause: error });
    }
    return null;
  }

  /** Goes on until Redis has answered: what the lost answer leased must not stay with a session that lives. */
  #repair(session: string): void {
    this.#broken.add(session);
    this.#repairing ??= this.#mend().finally(() => {
      this.#repairing = undefined;
      const [next] = this.#broken;
      if (next) this.#repair(next);
    });
  }

  async #mend(): Promise<void> {
    for (const session of this.#broken) {
      await Promise.allSettled([...this.#underWay]);
      this.#broken.delete(session);
      // One that has been replaced meanwhile holds nothing.
      const isOurs = session.includes(':') || session === this.#holdings.session;
      if (session !== NO_SESSION && isOurs) await this.#attach(session);
    }
    // Extended leases have other sessions: of them it is only asked what the lost answer would have said.
    const asked = this.#holdings
      .extendedLeases()
      .filter(({ token }) => this.#isSettling(token) || this.#unsure.has(token));
    this.#gone(await this.#missing(asked).catch(() => []));
  }

  async #attach(old: string): Promise<void> {
    const { settings, closing } = this.#backend;
    let leases = old === this.#holdings.session ? this.#holdings.sharedLeases() : [];
    for (let more = true; more && !closing.aborted; ) {
      const sentAt = steadyMs();
      try {
        const args = [old, settings.leaseMs, ...leases.map(leaseMember)];
        const reply = (await run(this.#backend, 'attach', this.#keys.all, args)) as AttachReply;
        if (leases.length > 0 || this.#holdings.session === old) this.#attached(leases, reply, sentAt);
        leases = [];
        more = reply[3] === 1;
      } catch (error) {
        if (error instanceof QueueError && error.code === 'closed') return;
        settings.logger.warn({ err: error, queue: this.#queue }, 'redis: session not yet repaired');
        await sleep(settings.clock, 500, closing);
      }
    }
  }

  #attached(leases: readonly Lease[], [session, , fates]: AttachReply, sentAt: number): void {
    const fate = (digit: string) => leases.filter((_lease, i) => fates[i] === digit);
    const kept = fate('1');
    const isHeld = kept.some((lease) => this.#holdings.has(lease));
    // Told to be lost while the answer was: nobody holds them, and a session that lives would keep them.
    const orphans = kept.filter((lease) => !this.#holdings.has(lease));
    this.owed.add(orphans.map((lease) => ({ lease, outcome: { kind: 'release' } })));
    this.#holdings.reattached(isHeld ? session : NO_SESSION, fate('0'), sentAt);
    this.#gone(fate('2'));
  }

  /** The server has these leases no more, although their session lives: they were settled, by us or by others. */
  #gone(leases: readonly Lease[]): void {
    const own = leases.filter(({ token }) => this.#isSettling(token) || this.#unsure.has(token));
    for (const { token } of own) this.#settled.add(token);
    this.#holdings.remove(own);
    this.#holdings.superseded(leases);
  }
}

type AttachReply = [session: string, expiresAt: number, fates: string, more: number];
