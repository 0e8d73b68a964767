import { emitterEventNames } from '@octokit/webhooks';
import type { Clock } from '../clock.ts';
import { QueueError, toError } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { ServiceEvents } from '../events/event-map.ts';
import type { GitHubEvent, HandlerReport } from '../events/github-event.ts';
import type { Logger } from '../logger.ts';
import type { JsonObject } from '../messages/json.ts';
import { DatabaseError } from '../sqlite/errors.ts';
import type { DeliveryRecord, DeliveryStatus, Store } from '../store/types.ts';
import { keptHeaders } from './delivery-headers.ts';
import { type EventBody, readEventBody } from './event-body.ts';

/** An open delivery is taken up again this often at most; then it is dead. */
export const MAX_ATTEMPTS = 10;

/** Milliseconds before an open delivery is taken up again: doubling from 10 s, at most an hour. */
function backoffMs(attempts: number): number {
  return Math.min(3_600_000, 10_000 * 2 ** attempts);
}

/** A verified delivery. */
export interface IncomingDelivery extends Pick<DeliveryRecord, 'guid' | 'event' | 'headers' | 'body'> {
  /** What was read of the body; its shape fits the event. */
  content: EventBody;
  source: GitHubEvent['source'];
}

/**
 * What became of it. `accepted`: its messages are durable; `duplicate`: they were before; `unavailable`: the queue
 * or the store is down or full; `failed`: a subscriber failed. The last two leave it open, to be taken up again.
 */
export type InboxResult =
  | { status: 'accepted'; messages: number; reason: string }
  | { status: 'duplicate' }
  | { status: 'unavailable' | 'failed'; error: Error };

/** Parts that an inbox works with. */
export interface InboxOptions {
  appId: string;
  bus: EventBus<ServiceEvents>;
  store: Pick<Store, 'deliveries'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Stores verified deliveries and publishes them. One path for all sources: the webhook route, retries, recovery
 * and pull mode. A delivery is done when every subscriber has sent its messages, and stays open until then.
 */
export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Takes a delivery; never rejects. */
  async take(delivery: IncomingDelivery): Promise<InboxResult> {
    const { appId, store, clock, logger } = this.#options;
    const { source, content, ...facts } = delivery;
    const { action, installationId, repositoryId } = content;
    const now = clock.now();
    const record: DeliveryRecord = {
      ...facts,
      action,
      installationId,
      repositoryId,
      appId,
      receivedAt: now,
      status: 'open',
      attempts: 0,
      // Should the process end before it is done, the retries find it then.
      nextAttemptAt: now + backoffMs(0),
      note: null,
      messages: 0,
    };
    let known: 'new' | DeliveryStatus;
    try {
      known = await store.deliveries.receive(record);
    } catch (thrown) {
      logger.error({ err: toError(thrown), deliveryId: delivery.guid }, 'the store takes no delivery');
      return { status: 'unavailable', error: toError(thrown) };
    }
    if (known === 'done') {
      logger.info({ deliveryId: delivery.guid, event: delivery.event }, 'duplicate delivery, ignored');
      return { status: 'duplicate' };
    }
    return await this.#publish(record, content, source);
  }

  /**
   * Takes a delivery whose content was read from GitHub's API, which proves itself: there is no signature.
   * `refused`: the content does not fit the event's name.
   */
  async takeContent({
    guid,
    event,
    content: { headers, payload },
  }: {
    guid: string;
    event: string;
    content: { headers: Record<string, string>; payload: JsonObject };
  }): Promise<InboxResult | { status: 'refused'; error: Error }> {
    const body = Buffer.from(JSON.stringify(payload));
    const content = readEventBody(event, body);
    if ('problem' in content) return { status: 'refused', error: new Error(content.problem) };
    const kept = { ...keptHeaders(headers), 'x-github-event': event, 'x-github-delivery': guid };
    return await this.take({ guid, event, headers: kept, body, content, source: 'recovery' });
  }

  /** Takes up open deliveries that are due; answers how many are done now. @param limit 1..1000, default 100 */
  async retryDue(limit = 100): Promise<number> {
    const { store, clock } = this.#options;
    let done = 0;
    for (const record of await store.deliveries.due(clock.now(), limit)) {
      const content = readEventBody(record.event, record.body);
      const result =
        'problem' in content
          ? await this.#fail(record, new Error(content.problem))
          : await this.#publish(record, content, 'recovery');
      if (result.status === 'accepted') done += 1;
    }
    return done;
  }

  async #publish(
    record: DeliveryRecord,
    { action, payload }: EventBody,
    source: GitHubEvent['source'],
  ): Promise<InboxResult> {
    const { appId, bus, clock } = this.#options;
    const event: GitHubEvent = {
      appId,
      deliveryId: record.guid,
      name: record.event,
      action,
      payload,
      receivedAt: record.receivedAt,
      source,
    };
    // Names that no handler knows have no subscriber: they are stored, counted and done.
    const name = (action === null ? record.event : `${record.event}.${action}`) as keyof ServiceEvents;
    const startedAt = clock.monotonic();
    const { results, errors } = await bus.publish(name, event as ServiceEvents[typeof name]);
    const [error] = errors;
    if (error)
      return await this.#fail(record, errors.length > 1 ? new AggregateError(errors, error.message) : error);
    return await this.#finish(record, results.filter(isReport), clock.monotonic() - startedAt);
  }

  async #finish(record: DeliveryRecord, reports: HandlerReport[], durationMs: number): Promise<InboxResult> {
    const { appId, store, logger } = this.#options;
    const messages = reports.reduce((sum, report) => sum + report.sent.length, 0);
    const reason = reports.map((report) => report.reason).join(', ') || whyUnhandled(record);
    try {
      await store.deliveries.markDone(appId, record.guid, { messages, note: reason });
    } catch (thrown) {
      return { status: 'unavailable', error: toError(thrown) };
    }
    const fields = {
      deliveryId: record.guid,
      event: record.event,
      action: record.action,
      messages,
      reason,
      durationMs,
    };
    logger.info(fields, 'delivery done');
    return { status: 'accepted', messages, reason };
  }

  async #fail(record: DeliveryRecord, error: Error): Promise<InboxResult> {
    const { appId, store, clock, logger } = this.#options;
    const fields = { err: error, deliveryId: record.guid, event: record.event };
    try {
      const status = await store.deliveries.markFailed(appId, record.guid, {
        note: error.message.slice(0, 1000),
        nextAttemptAt: clock.now() + backoffMs(record.attempts + 1),
        maxAttempts: MAX_ATTEMPTS,
      });
      logger[status === 'dead' ? 'error' : 'warn'](
        fields,
        `delivery ${status === 'dead' ? 'given up' : 'stays open'}`,
      );
    } catch (thrown) {
      logger.error({ ...fields, storeError: toError(thrown) }, 'delivery stays open');
    }
    return { status: isOutOfReach(error) ? 'unavailable' : 'failed', error };
  }
}

/** Names of the events that GitHub documents. */
const KNOWN_EVENTS: ReadonlySet<string> = new Set(
  emitterEventNames.map((name) => name.split('.')[0] ?? name),
);

function whyUnhandled({ event, installationId }: DeliveryRecord): string {
  if (!KNOWN_EVENTS.has(event)) return 'unknown_event';
  return installationId === null ? 'no_installation' : 'no_handler';
}

function isReport(value: unknown): value is HandlerReport {
  return (
    typeof value === 'object' && value !== null && 'handler' in value && 'sent' in value && 'reason' in value
  );
}

function isOutOfReach(error: Error): boolean {
  return error instanceof QueueError || error instanceof DatabaseError;
}
