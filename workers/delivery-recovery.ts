import type { Clock } from '../src/clock.ts';
import { PermanentError, toError } from '../src/errors.ts';
import type { HookAttempt, HookContent, HookDeliveries } from '../src/github/hook-deliveries.ts';
import { handledEvents } from '../src/github/permissions.ts';
import type { Logger } from '../src/logger.ts';
import type { Store } from '../src/store/types.ts';

/** Where recovered deliveries go: the same path as those that come over HTTP. */
export interface DeliverySink {
  takeContent(delivery: { guid: string; event: string; content: HookContent }): Promise<{ status: string }>;
}

/** What one sweep found. */
export interface SweepResult {
  /** Attempts that were listed. */
  listed: number;
  /** Deliveries that this service has not taken. */
  missed: number;
  /** Of those, how many it has taken now. */
  recovered: number;
  /** Whose content GitHub no longer gives: another attempt was asked for. */
  redelivered: number;
  /** That cannot be had, for a reason that stays: logged, and not asked for again. */
  lost: number;
  /** Whose news the reconciliation has brought already: their content was not fetched. */
  reconciled: number;
}

/** Parts that a recovery works with. */
export interface DeliveryRecoveryOptions {
  appId: string;
  deliveries: HookDeliveries;
  store: Pick<Store, 'deliveries' | 'cursors'>;
  sink: DeliverySink;
  /** Brings the store to the truth without the deliveries, when those would cost too much. Default: they are read. */
  reconcile?: () => Promise<unknown>;
  /** Somebody else answers GitHub (a tunnel, nobody at all): a 2xx says nothing of this service. Default false. */
  answeredElsewhere?: boolean;
  /** Told of each sweep. Default none. */
  observer?: { swept(result: SweepResult): void };
  clock: Clock;
  logger: Logger;
}

/** Events worth a request for their content: those that are handled and not only answered. */
const WANTED: ReadonlySet<string> = new Set(handledEvents().filter((event) => event !== 'ping'));

/** Part of the requests left in the hour that one sweep may use for content. */
const BUDGET_SHARE = 0.5;

/** What no reconciliation finds: what people asked for, and what becomes of the installation. */
function isOnlyTold({ event, action }: HookAttempt): boolean {
  if (event === 'check_run' || event === 'check_suite')
    return action === 'requested_action' || action === 'rerequested';
  return event === 'issue_comment' || event === 'installation' || event === 'installation_repositories';
}

/** Name of the cursor: `<time of the newest attempt seen>`. */
const CURSOR = 'hook-deliveries';

/** GitHub keeps deliveries for three days (seven on an Enterprise Server), in milliseconds. */
const RETENTION_MS = 3 * 24 * 60 * 60 * 1000;

/** Attempts are listed when they have ended, so a slow one may appear behind newer ones: looked for this long. */
const OVERLAP_MS = 60_000;

/** What became of one missed delivery. */
type Recovery = 'recovered' | 'redelivered' | 'lost' | 'failed';

/** Failures in a row after which a sweep ends: GitHub is out of reach, not one delivery. */
const MAX_FAILURES = 3;

/** Deliveries that are read at once. */
const AT_ONCE = MAX_FAILURES;

/** Most pages (of 100) that one sweep lists. */
const MAX_PAGES = 100;

/**
 * Finds the deliveries that never reached this service and feeds them to it: after an outage, and in pull mode,
 * where none does. A delivery is missed when no attempt with its guid was answered 2xx and the store does not know
 * it. The cursor moves only when everything that was missed has been taken. Content is fetched for at most half of
 * the requests that the App has left in the hour; after a gap that costs more, the store is reconciled first.
 */
export class DeliveryRecovery {
  readonly #options: DeliveryRecoveryOptions;

  constructor(options: DeliveryRecoveryOptions) {
    this.#options = options;
  }

  /** @param stopping ends the sweep between two deliveries; the next one goes on from there */
  async sweep(stopping?: AbortSignal): Promise<SweepResult> {
    const { store, clock, logger } = this.#options;
    const seenUntil = Number((await store.cursors.get(CURSOR)) ?? clock.now() - RETENTION_MS);
    const { attempts, remaining } = await this.#listSince(seenUntil - OVERLAP_MS, stopping);
    const missed = await this.#missed(attempts);
    const affordable = Math.max(1, Math.floor((remaining ?? Number.POSITIVE_INFINITY) * BUDGET_SHARE));
    const wanted = await this.#withinBudget(missed, affordable);
    const result: SweepResult = {
      listed: attempts.length,
      missed: missed.length,
      recovered: 0,
      redelivered: 0,
      lost: 0,
      reconciled: missed.length - wanted.length,
    };
    let complete = wanted.length <= affordable;
    let failures = 0;
    // Oldest first, as they happened.
    const queue = wanted.toReversed().slice(0, affordable);
    for (let from = 0; from < queue.length && failures < MAX_FAILURES; from += AT_ONCE) {
      const batch = queue.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(
        batch.map((attempt) => (stopping?.aborted ? 'failed' : this.#recover(attempt))),
      );
      for (const outcome of outcomes) {
        failures = outcome === 'failed' ? failures + 1 : 0;
        if (outcome !== 'failed') result[outcome] += 1;
        else complete = false;
      }
    }
    const newest = Math.max(seenUntil, ...attempts.map((attempt) => attempt.deliveredAt));
    if (complete && newest > seenUntil) await store.cursors.set(CURSOR, String(newest));
    if (missed.length > 0) logger.info(result, 'deliveries recovered');
    this.#options.observer?.swept(result);
    return result;
  }

  /** Those whose content is worth a request: all, or after a large gap those that only deliveries tell of. */
  async #withinBudget(missed: HookAttempt[], affordable: number): Promise<HookAttempt[]> {
    const { reconcile, logger } = this.#options;
    if (missed.length <= affordable || !reconcile) return missed;
    const fields = { missed: missed.length, affordable };
    logger.warn(fields, 'the gap costs more than half of the requests left in this hour: reconciling first');
    await reconcile();
    return missed.filter(isOnlyTold);
  }

  async #listSince(
    since: number,
    stopping: AbortSignal | undefined,
  ): Promise<{ attempts: HookAttempt[]; remaining: number | null }> {
    const { deliveries, reconcile, logger } = this.#options;
    const attempts: HookAttempt[] = [];
    let remaining: number | null = null;
    let cursor: string | null | undefined;
    for (let page = 0; page < MAX_PAGES && cursor !== null; page++) {
      stopping?.throwIfAborted();
      const answer = await deliveries.list(cursor);
      remaining = answer.remaining;
      const recent = answer.attempts.filter((attempt) => attempt.deliveredAt >= since);
      attempts.push(...recent);
      cursor = recent.length < answer.attempts.length ? null : answer.cursor;
    }
    if (cursor) {
      logger.warn(
        { listed: attempts.length },
        'more deliveries than one sweep lists: reconciling the older ones',
      );
      await reconcile?.();
    }
    return { attempts, remaining };
  }

  /** The newest attempt of each guid that nobody has taken, newest first. */
  async #missed(attempts: readonly HookAttempt[]): Promise<HookAttempt[]> {
    const { appId, store, answeredElsewhere = false } = this.#options;
    const answered = attempts.filter((attempt) => attempt.ok && !answeredElsewhere);
    const taken = new Set(answered.map((attempt) => attempt.guid));
    const newest = new Map<string, HookAttempt>();
    for (const attempt of attempts) {
      if (!WANTED.has(attempt.event) || taken.has(attempt.guid) || newest.has(attempt.guid)) continue;
      // What the store knows as open is tried again from there.
      if ((await store.deliveries.status(appId, attempt.guid)) === null) newest.set(attempt.guid, attempt);
    }
    return [...newest.values()];
  }

  /** One that cannot be had must not hold back the others. */
  async #recover(attempt: HookAttempt): Promise<Recovery> {
    const { logger } = this.#options;
    const { guid, event } = attempt;
    try {
      return await this.#fetch(attempt);
    } catch (thrown) {
      const err = toError(thrown);
      if (!(err instanceof PermanentError)) {
        logger.warn({ err, deliveryId: guid, event }, 'a missed delivery cannot be read now, comes again');
        return 'failed';
      }
      logger.error({ err, deliveryId: guid, event }, 'a missed delivery cannot be had');
      return 'lost';
    }
  }

  async #fetch({ id, guid, event }: HookAttempt): Promise<Recovery> {
    const { deliveries, sink, logger } = this.#options;
    const content = await deliveries.read(id);
    if (!content) {
      await deliveries.redeliver(id);
      return 'redelivered';
    }
    const { status } = await sink.takeContent({ guid, event, content });
    if (status === 'accepted' || status === 'duplicate') return 'recovered';
    logger.warn({ deliveryId: guid, event, status }, 'a recovered delivery was not taken');
    // Whatever cannot be taken because of itself must not hold back the others for ever.
    return status === 'refused' ? 'recovered' : 'failed';
  }
}
