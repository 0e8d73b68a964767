/** The keys of one queue. All share the hash tag `{queue}`: one slot of a cluster. */
export interface QueueKeys {
  /** In the order in which every script expects them as KEYS (`lua/common.lua` names them). */
  readonly all: readonly string[];
  /** HASH: format version, paused, clock guard, counters. */
  readonly meta: string;
  /** ZSET with one marker while there may be something to take; idle workers block on it. */
  readonly wake: string;
  /** ZSET `<seq>:<id>` by score: what may be taken now. */
  readonly ready: string;
  /** ZSET id by due time in milliseconds. */
  readonly delayed: string;
  /** ZSET session by expiry in milliseconds. */
  readonly sessions: string;
  /** ZSET `<token>:<id>` by session. */
  readonly leases: string;
}

/** Default of the prefix of all keys. */
export const DEFAULT_PREFIX = 'checkmend';

/** The one place that names keys. Braces in the names are encoded: they would break the hash tag. */
export function queueKeys(prefix: string, queue: string): QueueKeys {
  const base = `${encodeURIComponent(prefix)}:{${encodeURIComponent(queue)}}:`;
  const meta = `${base}meta`;
  const wake = `${base}wake`;
  const ready = `${base}ready`;
  const delayed = `${base}delayed`;
  const sessions = `${base}sessions`;
  const leases = `${base}leases`;
  const all = [
    meta,
    wake,
    ready,
    delayed,
    /** HASH id to record. */
    `${base}messages`,
    leases,
    sessions,
    /** HASH id to the one message that waits for the end of the run of that id. */
    `${base}follow`,
    /** ZSET in lexical order `<group> <score><seq><weight>:<id>`: ready messages of groups that do not stand in `ready`. */
    `${base}group-ready`,
    /** HASH group to its state. */
    `${base}groups`,
    /** HASH id in flight to its group. */
    `${base}group-active`,
    /** ZSET tenth of a second to the number of ready messages sent in it (`lua/place.lua`). */
    `${base}age`,
    /** ZSET id by time of death. */
    `${base}dead`,
    /** HASH id to dead letter. */
    `${base}letters`,
    /** HASH call to its answer: one that was lost is given again. */
    `${base}answers`,
  ];
  return { all, meta, wake, ready, delayed, sessions, leases };
}
