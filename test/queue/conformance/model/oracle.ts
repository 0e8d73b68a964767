import type { Entry } from './entry.ts';
import { OracleGroups } from './groups.ts';

/** What a send says, beside its id. */
export interface SendFacts {
  readonly version: number;
  readonly priority: number;
  readonly group: string | undefined;
  readonly delayMs: number;
  readonly expiresAt: number | undefined;
  readonly maxRetries: number;
}

/** A dead letter. */
export interface OracleLetter {
  readonly id: string;
  readonly version: number;
  readonly attempts: number;
  readonly type: string;
  readonly facts: SendFacts;
}

/** What a letter of the queue says of its message. */
export type Buried = Pick<OracleLetter, 'id' | 'version'>;

/** How a leased message is settled. */
export type OracleOutcome =
  | { kind: 'done' | 'release' | 'dead' }
  | { kind: 'retry' | 'snooze'; delayMs: number };

/**
 * What one queue must do, in the plainest form: one list, looked through for everything. Written from the
 * port's contract alone; it shares no code with the queues.
 */
export class Oracle {
  entries: Entry[] = [];
  letters: OracleLetter[] = [];
  paused = false;
  readonly groups: OracleGroups;
  #sequence = 0;

  constructor(agingMs: number, toleranceMs: number) {
    this.groups = new OracleGroups(agingMs, toleranceMs);
  }

  send(id: string, facts: SendFacts, now: number): 'queued' | 'coalesced' {
    const own = this.entries.filter((entry) => entry.id === id);
    const waiting =
      own.find((entry) => entry.state === 'follow_up') ?? own.find((it) => it.state === 'waiting');
    if (waiting) {
      const { version, group, expiresAt, maxRetries } = facts;
      Object.assign(waiting, { version, group, expiresAt, maxRetries, retries: 0 });
      this.#forgetEmptyGroups();
      return 'coalesced';
    }
    this.entries.push({
      id,
      seq: ++this.#sequence,
      sentAt: now,
      priority: facts.priority,
      state: own.length > 0 ? 'follow_up' : 'waiting',
      dueAt: now + facts.delayMs,
      version: facts.version,
      group: facts.group,
      expiresAt: facts.expiresAt,
      retries: 0,
      maxRetries: facts.maxRetries,
      holder: '',
    });
    return 'queued';
  }

  /** Messages that may be given out now, if nothing comes before them. */
  candidates(now: number): Entry[] {
    if (this.paused) return [];
    const ready = this.entries.filter((entry) => entry.state === 'waiting' && entry.dueAt <= now);
    return ready.filter((entry) => {
      const { group } = entry;
      if (group === undefined) return true;
      if (this.entries.some((other) => other.state === 'in_flight' && other.group === group)) return false;
      return !ready.some((other) => other.group === group && this.groups.isAhead(other, entry));
    });
  }

  /** Those of the candidates that nothing must come before. */
  next(now: number): Entry[] {
    const candidates = this.candidates(now);
    return candidates.filter((one) => !candidates.some((other) => this.groups.comesBefore(other, one)));
  }

  /**
   * The oracle agrees that the message was given out, or throws why it must not have been.
   *
   * @param letters of the queue that say `expired`: only what it buried can have been in the way
   */
  taken(id: string, version: number, holder: string, now: number, letters: readonly Buried[]): Entry {
    for (let buried = false; ; buried = true) {
      const next = this.next(now);
      const blockers = next.filter((it) => isExpired(it, now) && letters.some((letter) => isOf(letter, it)));
      const blocker = blockers.find((it) => this.#isInTheWay(it, id)) ?? blockers[0];
      // Where an expired one was in the way, a queue that looks at several at once may go on with the others.
      const allowed = buried && this.groups.toleranceMs > 0 && !blocker ? this.candidates(now) : next;
      const entry = allowed.find((it) => it.id === id && !isExpired(it, now));
      if (entry) {
        if (entry.version !== version) throw new Error(`${id} has content ${version}, not ${entry.version}`);
        Object.assign(entry, { state: 'in_flight', holder });
        return entry;
      }
      if (!blocker) throw new Error(`${id} was given out instead of ${next.map((it) => it.id).join(' or ')}`);
      this.#expire(blocker, now);
    }
  }

  /**
   * Takes over what the queue buried as expired where the order left it free to do so or not: what is given out after
   * it may keep its group by now.
   */
  adoptExpired(letters: readonly Buried[], now: number): void {
    if (this.paused) return;
    for (const letter of letters) {
      const one = () =>
        this.entries.find((it) => it.state === 'waiting' && it.dueAt <= now && isOf(letter, it));
      for (let entry = one(); entry && isExpired(entry, now); entry = one()) {
        const expired = entry;
        // Among turns that end at the same time it may be any.
        this.groups.sometime(1, () => this.#expire(expired, now));
      }
    }
  }

  /** Nothing more was given out: buries what expired, answers what is left that could have been. */
  exhausted(now: number): Entry[] {
    for (;;) {
      const expired = this.next(now).find((entry) => isExpired(entry, now));
      if (!expired) return this.candidates(now);
      this.#expire(expired, now);
    }
  }

  settle(entry: Entry, outcome: OracleOutcome, now: number): void {
    if (outcome.kind === 'done') this.#finish(entry, now);
    else if (outcome.kind === 'release') this.#back(entry, now);
    else if (outcome.kind === 'snooze') this.#back(entry, now + outcome.delayMs);
    else if (outcome.kind === 'retry') this.#fail(entry, 'failed', now, outcome.delayMs);
    else this.#die(entry, entry.retries + 1, 'failed', now);
  }

  /** All leases of a holder lapsed, some time in the last `slackMs`. */
  lapse(holder: string, now: number, slackMs: number): void {
    this.groups.sometime(slackMs, () => {
      for (const entry of this.#heldBy(holder)) this.#fail(entry, 'lease_expired', now, 0);
    });
  }

  /** A holder gave everything back. */
  leave(holder: string, now: number): void {
    for (const entry of this.#heldBy(holder)) this.#back(entry, now);
  }

  requeue(limit: number, now: number): number {
    const letters = this.letters.splice(0, limit);
    for (const { id, facts } of letters) {
      if (this.entries.some((entry) => entry.id === id)) continue;
      const expiresAt = facts.expiresAt !== undefined && facts.expiresAt <= now ? undefined : facts.expiresAt;
      this.send(id, { ...facts, expiresAt, delayMs: 0 }, now);
    }
    return letters.length;
  }

  discard(limit: number): number {
    return this.letters.splice(0, limit).length;
  }

  stats(now: number): { ready: number; delayed: number; inFlight: number; dead: number } {
    const inFlight = this.entries.filter((entry) => entry.state === 'in_flight').length;
    const delayed = this.entries.filter((entry) => entry.state === 'waiting' && entry.dueAt > now).length;
    const ready = this.entries.length - inFlight - delayed;
    return { ready, delayed, inFlight, dead: this.letters.length };
  }

  #isInTheWay(one: Entry, id: string): boolean {
    const target = this.entries.find((entry) => entry.id === id && entry.state === 'waiting');
    if (!target) return false;
    return one.group === undefined || one.group !== target.group
      ? this.groups.comesBefore(one, target)
      : this.groups.isAhead(one, target);
  }

  #heldBy(holder: string): Entry[] {
    return this.entries.filter((entry) => entry.state === 'in_flight' && entry.holder === holder);
  }

  #back(entry: Entry, dueAt: number): void {
    Object.assign(entry, { state: 'waiting', dueAt, holder: '' });
  }

  #fail(entry: Entry, type: string, now: number, delayMs: number): void {
    if (entry.retries >= entry.maxRetries) {
      this.#die(entry, entry.retries + 1, type, now);
      return;
    }
    entry.retries++;
    this.#back(entry, now + delayMs);
  }

  #expire(entry: Entry, now: number): void {
    this.#die(entry, entry.retries, 'expired', now);
  }

  #die(entry: Entry, attempts: number, type: string, now: number): void {
    const { id, version, priority, group, expiresAt, maxRetries } = entry;
    const facts = { version, priority, group, delayMs: 0, expiresAt, maxRetries };
    this.letters = this.letters.filter((letter) => letter.id !== id);
    this.letters.push({ id, version, attempts, type, facts });
    this.#finish(entry, now);
  }

  #finish(entry: Entry, now: number): void {
    this.entries = this.entries.filter((other) => other !== entry);
    if (entry.group !== undefined) this.groups.turnEnded(entry.group, now);
    const followUp = this.entries.find((other) => other.id === entry.id);
    if (followUp) followUp.state = 'waiting';
    this.#forgetEmptyGroups();
  }

  #forgetEmptyGroups(): void {
    this.groups.forgetUnless((group) => this.entries.some((entry) => entry.group === group));
  }
}

/** Of a message and its follow-up only the letter of the later one is there. */
function isOf(letter: Buried, { id, version }: Entry): boolean {
  return letter.id === id && version <= letter.version;
}

function isExpired(entry: Entry, now: number): boolean {
  return entry.expiresAt !== undefined && entry.expiresAt <= now;
}
