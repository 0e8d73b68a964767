import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueManager } from '../../../src/queue/types.ts';
import { randomNumbers } from '../../../src/recording/plan.ts';
import type { Member } from './crew.ts';
import { type Disturbance, LEASE_MS, QUEUE, WORKERS } from './facts.ts';
import type { Fault } from './faults.ts';
import { type Ground, type Kind, prepareGround } from './ground.ts';
import { Ledger, type Totals } from './ledger.ts';
import { Producer } from './producer.ts';

/** Options of {@link soak}. */
export interface SoakOptions {
  kind: Kind;
  /** How long faults happen; the end takes some seconds more. */
  seconds: number;
  /** Of the dice for what happens; when it happens is the machine's. */
  seed: number;
}

/** What a soak came to. */
export interface SoakResult extends Totals {
  kind: Kind;
  /** Faults by name. */
  faults: Record<string, number>;
  /** What must not be: one sentence each. */
  violations: string[];
}

/** Lets workers and faults loose on one queue, and checks what became of every message. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const ground = await prepareGround(options.kind);
  try {
    return await new Soak(ground, options).run();
  } finally {
    await ground.close();
  }
}

class Soak {
  readonly #ground: Ground;
  readonly #options: SoakOptions;
  readonly #random: () => number;
  readonly #ledger = new Ledger();
  readonly #faults: Record<string, number> = {};
  readonly #members: { number: number; member: Member }[] = [];
  #started = 0;

  constructor(ground: Ground, options: SoakOptions) {
    this.#ground = ground;
    this.#options = options;
    this.#random = randomNumbers(options.seed);
  }

  async run(): Promise<SoakResult> {
    const { manager } = this.#ground;
    const ending = new AbortController();
    const watch = this.#watchOwnLag();
    for (let i = 0; i < WORKERS; i++) this.#start();
    const producer = new Producer(manager, this.#ledger, randomNumbers(this.#options.seed + 1));
    const producing = producer.run(ending.signal);
    // No fault before there is work to disturb: processes start slowly on a busy machine.
    while (this.#ledger.runs === 0) await sleep(50);
    const endAt = performance.now() + this.#options.seconds * 1_000;
    while (performance.now() < endAt) {
      await sleep(200 + this.#random() * 1_500);
      await this.#fault();
    }
    ending.abort();
    await producing;
    await Promise.all(this.#members.splice(0).map(({ member }) => member.close()));
    await this.#takeStock(manager);
    clearInterval(watch);
    const totals = this.#ledger.close();
    const { kind } = this.#options;
    return { ...totals, kind, faults: this.#faults, violations: this.#ledger.violations };
  }

  #start(): void {
    const number = this.#started++;
    const seed = this.#options.seed + 100 + number;
    const member = this.#ground.startWorker(seed, (fact) => this.#ledger.take(number, fact));
    this.#members.push({ number, member });
  }

  async #fault(): Promise<void> {
    const general = this.#ground.faults;
    if (general.length > 0 && this.#random() < 0.5) {
      return this.#general(general[Math.floor(this.#random() * general.length)] as Fault);
    }
    const [victim] = this.#members.splice(Math.floor(this.#random() * this.#members.length), 1);
    if (victim) await this.#toWorker(victim.number, victim.member);
    while (this.#members.length < WORKERS) this.#start();
  }

  async #general(fault: Fault): Promise<void> {
    this.#count(fault.name);
    const disturbance = this.#ledger.disturb();
    await fault.run(this.#random);
    // Everybody must find its way back before heartbeats can be relied on again.
    this.#over(disturbance, 2_000);
  }

  async #toWorker(number: number, member: Member): Promise<void> {
    const dice = this.#random();
    if (dice < 0.15) {
      this.#count('worker closed');
      return member.close();
    }
    const disturbance = this.#ledger.disturb(number);
    if (!member.signal || dice < 0.6) {
      this.#count('worker killed');
      return member.kill();
    }
    this.#count('worker stopped');
    const others = this.#ground.shared ? this.#ledger.disturb() : disturbance;
    member.signal('SIGSTOP');
    await sleep(this.#random() * LEASE_MS * 2);
    member.signal('SIGCONT');
    for (const it of [disturbance, others]) this.#over(it, 1_000);
    this.#members.push({ number, member });
  }

  #over(disturbance: Disturbance, graceMs: number): void {
    disturbance.until = Date.now() + graceMs;
  }

  /** Where this process was not run, the others may not have been either. */
  #watchOwnLag(): NodeJS.Timeout {
    let last = Date.now();
    return setInterval(() => {
      const now = Date.now();
      if (now - last > 700) this.#ledger.disturbances.push({ from: last, until: now });
      last = now;
    }, 100);
  }

  /** Enters everything that is left, and holds the counters against it. */
  async #takeStock(manager: QueueManager): Promise<void> {
    const before = await manager.getQueueStats(QUEUE);
    let taken = 0;
    for (let rounds = 0; rounds < 60; rounds++) {
      const { messages } = await manager.exchange(QUEUE, { want: 256, waitMs: 1_000 });
      for (const { message } of messages)
        this.#ledger.left(message.id, Number(message.payload.version), 'waiting');
      taken += messages.length;
      const outcomes = messages.map(({ lease }) => ({ lease, outcome: { kind: 'done' as const } }));
      const { results } = await manager.exchange(QUEUE, { outcomes });
      if (results.includes('lost')) this.#ledger.violations.push('a lease was lost while stock was taken');
      const { ready, delayed, inFlight } = await manager.getQueueStats(QUEUE);
      if (ready + delayed + inFlight === 0) break;
    }
    const after = await manager.getQueueStats(QUEUE);
    const counted = taken + after.dead - before.dead;
    const { ready, delayed, inFlight } = before;
    if (counted !== ready + delayed + inFlight) {
      this.#ledger.violations.push(`${counted} came out, but the counters said ${JSON.stringify(before)}`);
    }
    if (after.ready + after.delayed + after.inFlight + after.oldestAgeMs > 0) {
      this.#ledger.violations.push(`something does not come out: ${JSON.stringify(after)}`);
    }
    await this.#takeLetters(manager, after.dead);
  }

  async #takeLetters(manager: QueueManager, dead: number): Promise<void> {
    let cursor: string | undefined;
    let count = 0;
    do {
      const page = await manager.deadLetters.list(QUEUE, {
        limit: 100,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { id, message } of page.letters)
        this.#ledger.left(id, Number(message.payload.version), 'dead');
      count += page.letters.length;
      cursor = page.cursor;
    } while (cursor !== undefined);
    if (count !== dead) this.#ledger.violations.push(`${count} letters, but the counter said ${dead}`);
  }

  #count(name: string): void {
    this.#faults[name] = (this.#faults[name] ?? 0) + 1;
  }
}
