import type { Clock } from '../clock.ts';
import { QueueError, toError } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { ServiceEvents } from '../events/event-map.ts';
import type { GitHubEvent, HandlerReport } from '../events/github-event.ts';
import type { Logger } from '../logger.ts';
import type { JsonObject } from '../messages/json.ts';
import { DatabaseError } from '../sqlite/errors.ts';
import type { DeliveryRecord, DeliveryStatus, Store } from '../store/types.ts';
import { backoffMs, MAX_ATTEMPTS } from './backoff.ts';
import { keptHeaders } from './delivery-headers.ts';
import { isDocumentedEvent } from './documented-events.ts';
import { type EventBody, readEventBody } from './event-body.ts';

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

/** Counts what becomes of deliveries; `event` is a name that GitHub documents, or `unknown`. */
export interface InboxObserver {
  delivery(event: string, source: GitHubEvent['source'], result: InboxResult['status']): void;
}

/** Parts that an inbox works with. */
export interface InboxOptions {
  appId: string;
  /** Default none. */
  observer?: InboxObserver;
  /** Told of every delivery but duplicates. Never rejects. Default none. */
  recording?: { taken(delivery: IncomingDelivery): Promise<void> };
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
  /** Those that are being taken at the moment, by id. */
  readonly #underWay = new Map<string, Promise<InboxResult>>();
  /** Those that are done and not yet marked as such, by id. */
  readonly #marking = new Map<string, Promise<void>>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Takes a delivery; never rejects. */
  async take(delivery: IncomingDelivery): Promise<InboxResult> {
    const { source, content, ...facts } = delivery;
    // A copy that comes at the same moment learns what became of the first one.
    await this.#underWay.get(facts.guid);
    await this.#marking.get(facts.guid);
    const receiving = this.#receive(facts, content, source);
    this.#underWay.set(facts.guid, receiving);
    const result = await receiving;
    if (this.#underWay.get(facts.guid) === receiving) this.#underWay.delete(facts.guid);
    if (result.status !== 'duplicate') await this.#options.recording?.taken(delivery);
    this.#observe(delivery.event, source, result);
    return result;
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

  /** Resolves when the store says of everything that was accepted that it is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#marking.values());
  }

  /**
   * Takes up open deliveries that are due; answers how many are done now. Several processes may do so at once: each
   * delivery is taken up by one of them.
   * @param limit 1..1000, default 100
   * @param stopping ends it between two deliveries
   */
  async retryDue(limit = 100, stopping?: AbortSignal): Promise<number> {
    const { appId, store, clock } = this.#options;
    let done = 0;
    for (const listed of await store.deliveries.due(appId, clock.now(), limit)) {
      if (stopping?.aborted) break;
      // One body at a time: a hundred of the largest would not fit into memory.
      const record = await store.deliveries.takeUp(listed, clock.now() + backoffMs(listed.attempts + 1));
      if (record && (await this.#retry(record))) done += 1;
    }
    return done;
  }

  async #retry(record: DeliveryRecord): Promise<boolean> {
    const content =
      record.attempts > MAX_ATTEMPTS
        ? { problem: 'every attempt ended the process that made it' }
        : readEventBody(record.event, record.body);
    const stored = Promise.resolve({ value: 'open' as const });
    const attempt: Attempt = { record, source: 'recovery', counted: true, stored };
    const result =
      'problem' in content
        ? await this.#fail(attempt, [new Error(content.problem)])
        : await this.#publish(attempt, content);
    this.#observe(record.event, 'recovery', result);
    return result.status === 'accepted';
  }

  async #receive(
    facts: Omit<IncomingDelivery, 'content' | 'source'>,
    content: EventBody,
    source: GitHubEvent['source'],
  ): Promise<InboxResult> {
    const { appId, store, clock } = this.#options;
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
    const known = await settle(store.deliveries.status(appId, facts.guid));
    if ('error' in known) return this.#unavailable(record, known.error);
    if (known.value === 'done') return this.#duplicate(record);
    const stored = settle(store.deliveries.receive(record));
    // One that is new is stored while its messages are sent, so that they share a commit.
    if (known.value !== null) await stored;
    return await this.#publish({ record, source, counted: false, stored }, content);
  }

  #duplicate({ guid, event }: DeliveryRecord): InboxResult {
    this.#options.logger.info({ deliveryId: guid, event }, 'duplicate delivery, ignored');
    return { status: 'duplicate' };
  }

  #unavailable({ guid }: DeliveryRecord, error: Error): InboxResult {
    this.#options.logger.error({ err: error, deliveryId: guid }, 'the store takes no delivery');
    return { status: 'unavailable', error };
  }

  #observe(event: string, source: GitHubEvent['source'], { status }: InboxResult): void {
    this.#options.observer?.delivery(isDocumentedEvent(event) ? event : 'unknown', source, status);
  }

  async #publish(attempt: Attempt, content: EventBody): Promise<InboxResult> {
    const { record } = attempt;
    // The name is not signed: one that is not GitHub's could be that of an event of another kind.
    if (!isDocumentedEvent(record.event)) return await this.#finish(attempt, [], 0);
    const { appId, bus, clock } = this.#options;
    const { action, payload } = content;
    const event: GitHubEvent = {
      appId,
      deliveryId: record.guid,
      name: record.event,
      action,
      payload,
      receivedAt: record.receivedAt,
      source: attempt.source,
    };
    // Names that no handler knows have no subscriber: they are stored, counted and done.
    const name = (action === null ? record.event : `${record.event}.${action}`) as keyof ServiceEvents;
    const startedAt = clock.monotonic();
    const { results, errors } = await bus.publish(name, event as ServiceEvents[typeof name]);
    if (errors.length > 0) return await this.#fail(attempt, errors);
    return await this.#finish(attempt, results.filter(isReport), clock.monotonic() - startedAt);
  }

  async #finish(attempt: Attempt, reports: HandlerReport[], durationMs: number): Promise<InboxResult> {
    const { record } = attempt;
    const stored = await attempt.stored;
    if ('error' in stored) return this.#unavailable(record, stored.error);
    // Another process was faster; its messages and these have the same ids.
    if (stored.value === 'done') return this.#duplicate(record);
    const { appId, store, logger } = this.#options;
    const messages = reports.reduce((sum, report) => sum + report.sent.length, 0);
    const reason = reports.map((report) => report.reason).join(', ') || whyUnhandled(record);
    // Everything is durable. Should the process end before this is, the same messages are sent once more.
    const marking = store.deliveries.markDone(appId, record.guid, { messages, note: reason }).then(
      () => void this.#marking.delete(record.guid),
      (thrown: unknown) => {
        this.#marking.delete(record.guid);
        logger.error({ err: toError(thrown), deliveryId: record.guid }, 'delivery stays open');
      },
    );
    this.#marking.set(record.guid, marking);
    if (attempt.counted) await marking;
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

  async #fail({ record, counted, stored }: Attempt, errors: readonly Error[]): Promise<InboxResult> {
    const standing = await stored;
    if ('error' in standing) return this.#unavailable(record, standing.error);
    const { appId, store, clock, logger } = this.#options;
    const [first = new Error('no reason given')] = errors;
    const error = errors.length > 1 ? new AggregateError(errors, first.message) : first;
    const fields = { err: error, deliveryId: record.guid, event: record.event };
    try {
      const status = await store.deliveries.markFailed(appId, record.guid, {
        note: error.message.slice(0, 1000),
        nextAttemptAt: clock.now() + backoffMs(record.attempts + (counted ? 0 : 1)),
        maxAttempts: MAX_ATTEMPTS,
        counted,
      });
      logger[status === 'dead' ? 'error' : 'warn'](
        fields,
        `delivery ${status === 'dead' ? 'given up' : 'stays open'}`,
      );
    } catch (thrown) {
      logger.error({ ...fields, storeError: toError(thrown) }, 'delivery stays open');
    }
    return { status: errors.every(isOutOfReach) ? 'unavailable' : 'failed', error };
  }
}

/** One attempt to publish a delivery. */
interface Attempt {
  record: DeliveryRecord;
  source: GitHubEvent['source'];
  /** Whether the store has counted it when it began. */
  counted: boolean;
  /** Resolves when the delivery itself is durable, or cannot be. */
  stored: Promise<Settled<'new' | DeliveryStatus>>;
}

type Settled<T> = { value: T } | { error: Error };

/** How a promise settled; never rejects, however long nobody looks. */
function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  return promise.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ error: toError(thrown) }),
  );
}

function whyUnhandled({ event, installationId }: DeliveryRecord): string {
  if (!isDocumentedEvent(event)) return 'unknown_event';
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
