import { registerHandlers } from '../../handlers/index.ts';
import { type Clock, systemClock } from '../clock.ts';
import { EventBus } from '../events/event-bus.ts';
import type { ServiceEvents } from '../events/event-map.ts';
import type { HookDeliveries } from '../github/hook-deliveries.ts';
import type { Logger } from '../logger.ts';
import { readEventBody } from '../web/event-body.ts';
import { Inbox } from '../web/inbox.ts';
import type { State } from './state.ts';

/** What became of a delivery that a person asked for. */
export type RedeliveryResult =
  | { status: 'accepted'; messages: number; reason: string }
  /** It was done before; there is nothing to do. */
  | { status: 'duplicate' }
  /** Neither the store nor GitHub knows it. */
  | { status: 'unknown' }
  | { status: 'failed'; reason: string };

/** Most pages (of 100) that are looked through for one delivery. */
const MAX_PAGES = 30;

/** Takes up single deliveries again, from the store or from GitHub's API, on the path that all others take. */
export class Redelivery {
  readonly #state: State;
  readonly #appId: string;
  readonly #inbox: Inbox;
  readonly #deliveries: HookDeliveries | null;

  /** @param deliveries where what the store does not know is looked for; null: nowhere */
  constructor(
    state: State,
    appId: string,
    deliveries: HookDeliveries | null,
    { logger, clock = systemClock }: { logger: Logger; clock?: Clock },
  ) {
    const bus = new EventBus<ServiceEvents>();
    registerHandlers(bus, { ...state, clock, logger, appId });
    this.#state = state;
    this.#appId = appId;
    this.#inbox = new Inbox({ appId, bus, store: state.store, clock, logger });
    this.#deliveries = deliveries;
  }

  async redeliver(guid: string): Promise<RedeliveryResult> {
    const known = await this.#state.store.deliveries.find(this.#appId, guid);
    if (!known) return await this.#fromGitHub(guid);
    const content = readEventBody(known.event, known.body);
    if ('problem' in content) return { status: 'failed', reason: content.problem };
    const { event, headers, body } = known;
    return asResult(await this.#inbox.take({ guid, event, headers, body, content, source: 'recovery' }));
  }

  async #fromGitHub(guid: string): Promise<RedeliveryResult> {
    if (!this.#deliveries) return { status: 'unknown' };
    let cursor: string | null | undefined;
    for (let page = 0; page < MAX_PAGES && cursor !== null; page++) {
      const listed = await this.#deliveries.list(cursor);
      const found = listed.attempts.find((attempt) => attempt.guid === guid);
      if (found) {
        const content = await this.#deliveries.read(found.id);
        if (!content) return { status: 'failed', reason: 'GitHub keeps its content no more' };
        return asResult(await this.#inbox.takeContent({ guid, event: found.event, content }));
      }
      cursor = listed.cursor;
    }
    return { status: 'unknown' };
  }
}

function asResult(result: Awaited<ReturnType<Inbox['takeContent']>>): RedeliveryResult {
  if (result.status === 'accepted' || result.status === 'duplicate') return result;
  return { status: 'failed', reason: result.error.message };
}
