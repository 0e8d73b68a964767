import { type Disturbance, type Fact, LEASE_MS } from './facts.ts';

/** Milliseconds by which a heartbeat or a report may be late without a fault. */
const SLACK_MS = 1_500;

/**
 * What a lease lasts at the least without a heartbeat: SQLite leaves a session that has 95 % of its time left as it is,
 * and says so in `expiresAt`.
 */
const LEASE_MIN_MS = LEASE_MS * 0.95;

/** What is known of one id. */
interface Account {
  queued: number;
  coalesced: number;
  /** Sends that got no answer. */
  unknown: number;
  done: number;
  dead: number;
  waiting: number;
  /** Settled as done, but the answer did not come. */
  perhapsDone: number;
  lastAccepted: number;
  lastSent: number;
  /** Contents that are done for sure, perhaps, dead, or were there in the end. */
  readonly ends: Map<number, 'done' | 'perhaps' | 'left'>;
  /** Tokens of the leases by which contents were done. */
  readonly doneBy: Map<number, number>;
}

/** A lease that a worker was given. */
interface Run {
  readonly id: string;
  readonly token: number;
  readonly version: number;
  readonly worker: number;
  readonly askedAt: number;
  readonly takenAt: number;
  settlingAt: number;
  outcome: string;
  settled: boolean;
}

/** Sums of a ledger. */
export interface Totals {
  sent: number;
  done: number;
  coalesced: number;
  dead: number;
  waiting: number;
  /** Sends without an answer, and settlements without one whose message did not come again. */
  unanswered: number;
  runs: number;
  lost: number;
}

/** Everything that happened to the messages of a soak, and what must not have. */
export class Ledger {
  readonly violations: string[] = [];
  /** Faults that concern everybody. */
  readonly disturbances: Disturbance[] = [];
  readonly #accounts = new Map<string, Account>();
  readonly #runs = new Map<number, Run>();
  readonly #runsOf = new Map<string, Run[]>();
  readonly #disturbedWorkers = new Map<number, Disturbance[]>();
  /** When a worker began to give everything back. */
  readonly #closedAt = new Map<number, number>();
  /** Pairs of runs at once: whether the first one's lease lived then is known when all disturbances are. */
  readonly #overlaps: [Run, Run][] = [];
  /** Settlements that came too late, or whose first try had been carried out when its answer was lost. */
  readonly #lostDone: { run: Run; at: number; unsure: boolean }[] = [];
  #lost = 0;

  /** Leases that were given out so far. */
  get runs(): number {
    return this.#runs.size;
  }

  /** A time from now on in which the worker, or without a number everybody, may lose leases. */
  disturb(worker?: number): Disturbance {
    const disturbance = { from: Date.now(), until: Number.POSITIVE_INFINITY };
    this.#disturbancesOf(worker).push(disturbance);
    return disturbance;
  }

  sent(id: string, version: number, result: 'queued' | 'coalesced' | 'unknown'): void {
    const account = this.#account(id);
    account[result]++;
    account.lastSent = version;
    if (result !== 'unknown') account.lastAccepted = version;
  }

  /** A message, or a dead letter, that is there when all is over. */
  left(id: string, version: number, where: 'waiting' | 'dead'): void {
    const account = this.#account(id);
    account[where]++;
    if (account.ends.get(version) === 'done')
      this.violations.push(`${id}/${version} is done and still there`);
    account.ends.set(version, 'left');
  }

  take(worker: number, fact: Fact): void {
    if (fact.kind === 'lag') {
      this.#disturbancesOf(worker).push({ from: fact.at - fact.ms, until: fact.at });
    } else if (fact.kind === 'lapsed') {
      this.#disturbancesOf(worker).push({ from: fact.at - 2 * LEASE_MS, until: fact.at });
    } else if (fact.kind === 'closing') {
      this.#closedAt.set(worker, fact.at);
      for (const run of this.#runs.values()) {
        if (run.worker === worker) run.settlingAt = Math.min(run.settlingAt, fact.at);
      }
    } else if (fact.kind === 'taken') {
      this.#taken({
        ...fact,
        worker,
        takenAt: fact.at,
        settlingAt: this.#closedAt.get(worker) ?? Number.POSITIVE_INFINITY,
        outcome: '',
        settled: false,
      });
    } else {
      const run = this.#runs.get(fact.token);
      if (!run) throw new Error(`a settlement of a lease that nobody took: ${JSON.stringify(fact)}`);
      if (fact.kind === 'settling') Object.assign(run, { settlingAt: fact.at, outcome: fact.outcome });
      else this.#settled(run, fact);
    }
  }

  /** To be called when everything is over: settles the accounts. */
  close(): Totals {
    for (const [first, second] of this.#overlaps) this.#checkOverlap(first, second);
    for (const { run, at, unsure } of this.#lostDone) {
      if (unsure || this.#wasDisturbed(run.worker, run.settlingAt - SLACK_MS, at)) this.#perhaps(run);
    }
    for (const run of this.#runs.values()) {
      if (!run.settled && run.outcome === 'done') this.#perhaps(run);
    }
    const totals = {
      sent: 0,
      done: 0,
      coalesced: 0,
      dead: 0,
      waiting: 0,
      unanswered: 0,
      runs: 0,
      lost: this.#lost,
    };
    for (const [id, account] of this.#accounts) {
      this.#check(id, account);
      const { queued, coalesced, done, dead, waiting } = account;
      totals.sent += queued + coalesced;
      totals.coalesced += coalesced;
      totals.done += done;
      totals.dead += dead;
      totals.waiting += waiting;
      totals.unanswered += queued - done - dead - waiting;
    }
    totals.runs = this.#runs.size;
    return totals;
  }

  #check(id: string, account: Account): void {
    const { queued, unknown, done, perhapsDone, dead, waiting, ends, lastAccepted, lastSent } = account;
    const known = done + dead + waiting;
    if (known > queued + unknown)
      this.violations.push(`${id}: more ends than sends, ${JSON.stringify(account)}`);
    if (known + perhapsDone < queued) this.violations.push(`${id}: lost, ${JSON.stringify(account)}`);
    const newest = lastSent === lastAccepted;
    if (newest && lastAccepted > 0 && !ends.has(lastAccepted)) {
      this.violations.push(`${id}: its last content ${lastAccepted} was never done`);
    }
  }

  #taken(run: Run): void {
    const earlier = this.#runsOf.get(run.id) ?? [];
    if (this.#runs.has(run.token)) this.violations.push(`token ${run.token} was given out twice`);
    const account = this.#accounts.get(run.id);
    const doneBy = account?.doneBy.get(run.version);
    // A worker that was stopped reads late what it was given earlier.
    if (doneBy !== undefined && doneBy < run.token) {
      this.violations.push(`${run.id}/${run.version} came again although it was done`);
    }
    for (const other of earlier) {
      if (other.token < run.token && other.settlingAt > run.takenAt) this.#overlaps.push([other, run]);
    }
    this.#runs.set(run.token, run);
    this.#runsOf.set(run.id, [...earlier.slice(-20), run]);
  }

  #checkOverlap(first: Run, second: Run): void {
    if (first.settlingAt <= second.takenAt || !this.#wasLive(first, second.takenAt)) return;
    this.violations.push(
      `${first.id} was given to worker ${second.worker} inside the live lease of worker ${first.worker}`,
    );
  }

  /** A lease lives for its first `LEASE_MIN_MS`, and until something kept its heartbeats from coming through. */
  #wasLive(run: Run, at: number): boolean {
    if (at < run.askedAt + LEASE_MIN_MS) return true;
    return !this.#wasDisturbed(run.worker, run.askedAt - SLACK_MS, at);
  }

  #wasDisturbed(worker: number, from: number, to: number): boolean {
    const faults = [...this.disturbances, ...(this.#disturbedWorkers.get(worker) ?? [])];
    return faults.some((fault) => fault.until >= from && fault.from <= to);
  }

  #settled(run: Run, { at, result, unsure }: Extract<Fact, { kind: 'settled' }>): void {
    run.settled = true;
    if (result === 'lost') {
      this.#lost++;
      if (run.outcome === 'done') this.#lostDone.push({ run, at, unsure });
      return;
    }
    const later = this.#runsOf.get(run.id)?.find((it) => it.token > run.token && it.takenAt < run.settlingAt);
    if (later)
      this.violations.push(`${run.id}: token ${run.token} was settled after ${later.token} was given out`);
    if (run.outcome !== 'done') return;
    const account = this.#account(run.id);
    account.done++;
    account.ends.set(run.version, 'done');
    account.doneBy.set(run.version, run.token);
  }

  #perhaps(run: Run): void {
    const account = this.#account(run.id);
    account.perhapsDone++;
    if (!account.ends.has(run.version)) account.ends.set(run.version, 'perhaps');
  }

  #disturbancesOf(worker: number | undefined): Disturbance[] {
    if (worker === undefined) return this.disturbances;
    const known = this.#disturbedWorkers.get(worker) ?? [];
    this.#disturbedWorkers.set(worker, known);
    return known;
  }

  #account(id: string): Account {
    const known = this.#accounts.get(id);
    if (known) return known;
    const counts = { queued: 0, coalesced: 0, unknown: 0, done: 0, dead: 0, waiting: 0, perhapsDone: 0 };
    const account = { ...counts, lastAccepted: 0, lastSent: 0, ends: new Map(), doneBy: new Map() };
    this.#accounts.set(id, account);
    return account;
  }
}
