import type { LeaseOutcome, SettleResult } from '../../../src/queue/types.ts';

/** Which lease: tokens are unique within a queue. */
interface OfLease {
  readonly id: string;
  readonly token: number;
}

/** What a worker did or was told, at that time in milliseconds since the epoch. */
export type Fact = { readonly at: number } & (
  | ({ readonly kind: 'taken'; readonly askedAt: number; readonly version: number } & OfLease)
  /** An outcome is about to be sent for the first time. */
  | ({ readonly kind: 'settling'; readonly outcome: LeaseOutcome['kind'] } & OfLease)
  /** `unsure`: an earlier try got no answer, and may have been the one that was carried out. */
  | ({ readonly kind: 'settled'; readonly result: SettleResult; readonly unsure: boolean } & OfLease)
  /** The manager is about to give back everything. */
  | { readonly kind: 'closing' }
  /** The manager told that leases of its had lapsed: no heartbeat of its came through in time. */
  | { readonly kind: 'lapsed' }
  /** The process was not run for so long. */
  | { readonly kind: 'lag'; readonly ms: number }
);

/** A time in which leases may lapse: a fault, or a machine that was too busy. `until` is open while it lasts. */
export interface Disturbance {
  readonly from: number;
  until: number;
}

/** Most workers of a soak at once, and how long their leases last without a heartbeat, in milliseconds. */
export const WORKERS = 3;
export const LEASE_MS = 3_000;

/** The queue that everything happens in. */
export const QUEUE = 'soak';
