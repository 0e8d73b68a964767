import type { Lease, LeaseLostReason } from '../types.ts';
import type { Heartbeat } from './heartbeat.ts';
import { LeaseTable } from './lease-table.ts';
import { steadyMs } from './steady.ts';

/** No session: the server opens one with the first message it leases. */
export const NO_SESSION = '0';

/** What a queue's holdings need. */
export interface HoldingsOptions {
  readonly heartbeat: Heartbeat;
  readonly keys: readonly string[];
  readonly leaseMs: number;
  readonly onLost: (lease: Lease, reason: LeaseLostReason) => void;
  /** The server counts fewer leases than are believed to be held here. */
  readonly onFewer: () => void;
}

/**
 * The leases of one queue that this manager holds, and the sessions that keep them alive on the server: one for
 * all, and one more for each lease that was extended beyond the heartbeat.
 */
export class Holdings {
  readonly #options: HoldingsOptions;
  readonly #index: number;
  readonly #leases = new LeaseTable();
  #session = NO_SESSION;
  /** The sessions of leases that have one of their own, by token. */
  readonly #own = new Map<number, string>();

  constructor(options: HoldingsOptions) {
    this.#options = options;
    this.#index = options.heartbeat.register((news) => {
      if (news.kind === 'lost') this.dropSession(news.session);
      else options.onFewer();
    });
  }

  get size(): number {
    return this.#leases.size;
  }

  has(lease: Lease): boolean {
    return this.#leases.has(lease.token);
  }

  get leases(): Lease[] {
    return this.#leases.all;
  }

  /** The session to fetch with. */
  get session(): string {
    return this.#session;
  }

  /** Gives the session up if it has not been renewed for long and holds nothing. Not while a fetch is under way. */
  giveUpIfIdle(): void {
    const { leaseMs } = this.#options;
    if (this.#session === NO_SESSION || this.idleMs <= leaseMs / 2 || this.sharedLeases().length > 0) return;
    this.#session = NO_SESSION;
    this.#announce();
  }

  /** {@link session}, with the sessions of extended leases after commas. */
  get sessionList(): string {
    const main = this.session;
    if (this.#own.size === 0) return main;
    return [main, ...this.#sessions().filter((session) => session !== main)].join(',');
  }

  /** Sessions that need a heartbeat now. */
  get beating(): string[] {
    return this.#leases.size > 0 ? this.#sessions() : [];
  }

  /** Milliseconds since the last renewal that succeeded was sent. */
  get idleMs(): number {
    return steadyMs() - this.#options.heartbeat.board.renewedAt(this.#index);
  }

  /** Leases that live by sessions of their own. */
  extendedLeases(): Lease[] {
    return this.leases.filter(({ token }) => this.#own.has(token));
  }

  /** Leases that live by the common session. */
  sharedLeases(): Lease[] {
    return this.leases.filter(({ token }) => !this.#own.has(token));
  }

  /** @param leases of one fetch, by token, lowest first */
  add(leases: readonly Lease[], session: string, sentAt: number): void {
    this.#leases.add(leases);
    this.renewed(sentAt);
    this.#useSession(session);
    this.#count();
  }

  /** The lease lives by a session of its own from now on. */
  pin(lease: Lease, session: string): void {
    if (!this.#leases.has(lease.token)) return;
    this.#leases.replace(lease);
    if (session === this.#session) this.#own.delete(lease.token);
    else this.#own.set(lease.token, session);
    this.#announce();
  }

  remove(leases: readonly Lease[]): void {
    const pinned = this.#own.size;
    for (const lease of leases) this.#delete(lease.token);
    this.#count();
    if (this.#own.size !== pinned) this.#announce();
  }

  renewed(sentAt: number): void {
    const { board } = this.#options.heartbeat;
    if (sentAt > board.renewedAt(this.#index)) board.setRenewedAt(this.#index, sentAt);
  }

  /** Leases that the server does not know any more: somebody else settled them. */
  superseded(leases: readonly Lease[]): void {
    this.#lose(leases, 'superseded');
  }

  /** After `attach`: the session by which leases live on, if any does, and those that are lost. */
  reattached(session: string, lost: readonly Lease[], sentAt: number): void {
    this.#session = session;
    this.renewed(sentAt);
    this.#announce();
    this.#lose(lost);
  }

  /** The server does not know a session any more: its leases are lost. */
  dropSession(session: string): void {
    const own = this.leases.filter((lease) => this.#sessionOf(lease) === session);
    if (session === this.#session) this.#session = NO_SESSION;
    this.#announce();
    this.#lose(own);
  }

  /** Without a renewal for a whole lease, nothing that is held can be relied on any more. */
  dropIfStale(): void {
    if (this.#leases.size === 0 || this.idleMs < this.#options.leaseMs) return;
    this.#session = NO_SESSION;
    this.#announce();
    this.#lose(this.leases);
  }

  #lose(leases: readonly Lease[], reason: LeaseLostReason = 'expired'): void {
    for (const lease of leases) {
      if (this.#delete(lease.token)) this.#options.onLost(lease, reason);
    }
    this.#count();
  }

  #delete(token: number): boolean {
    if (this.#own.size > 0) this.#own.delete(token);
    return this.#leases.delete(token);
  }

  #sessionOf({ token }: Lease): string {
    return this.#own.get(token) ?? this.#session;
  }

  #sessions(): string[] {
    const own = this.leases.map((lease) => this.#sessionOf(lease));
    return [...new Set(own)].filter((session) => session !== NO_SESSION);
  }

  #useSession(session: string): void {
    if (session === this.#session) return;
    this.#session = session;
    this.#announce();
  }

  #announce(): void {
    const sessions = [...new Set([this.#session, ...this.#own.values()])].filter(
      (session) => session !== NO_SESSION,
    );
    this.#options.heartbeat.update({ index: this.#index, keys: this.#options.keys, sessions });
  }

  #count(): void {
    this.#options.heartbeat.board.setHeld(this.#index, this.#leases.size);
  }
}
