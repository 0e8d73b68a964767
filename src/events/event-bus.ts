import { toError } from '../errors.ts';

/** A subscriber; what it returns is in the publisher's result. */
export type Subscriber<Payload> = (payload: Payload, eventName: string) => unknown;

/** What came of a publication: what subscribers returned, and the errors of those that failed. */
export interface PublishResult {
  results: unknown[];
  errors: Error[];
}

/** Names of a map and the wildcards over them: `check_run.*`, and `*` for everything. */
export type EventPattern<Events> = (keyof Events & string) | WildcardOf<keyof Events & string> | '*';
type WildcardOf<Name extends string> = Name extends `${infer Head}.${string}` ? `${Head}.*` : never;

/** Payload that a subscriber of a pattern gets: of a wildcard, that of any event it covers. */
export type PayloadOf<Events, Pattern> = Pattern extends keyof Events
  ? Events[Pattern]
  : Pattern extends `${infer Head}.*`
    ? Events[Extract<keyof Events, `${Head}.${string}`>]
    : Events[keyof Events];

interface Subscription {
  pattern: string;
  subscriber: Subscriber<never>;
  once: boolean;
}

/**
 * Typed publish and subscribe inside one process. `publish` waits for all subscribers, keeps their errors apart,
 * and returns them: one that fails takes nothing from the others.
 *
 * @typeParam Events map of event name to payload
 */
export class EventBus<Events extends object> {
  readonly #subscriptions = new Set<Subscription>();

  /**
   * Calls `subscriber` for every event of a name (`check_run.completed`), of a family (`check_run.*`, which also
   * covers `check_run` itself) or of all (`*`), in the order of subscription. Answers the unsubscriber.
   */
  subscribe<Pattern extends EventPattern<Events>>(
    pattern: Pattern,
    subscriber: Subscriber<PayloadOf<Events, Pattern>>,
  ): () => void {
    return this.#add(pattern, subscriber, false);
  }

  /** Like `subscribe`, for the first event only. */
  once<Pattern extends EventPattern<Events>>(
    pattern: Pattern,
    subscriber: Subscriber<PayloadOf<Events, Pattern>>,
  ): () => void {
    return this.#add(pattern, subscriber, true);
  }

  /** Ends every subscription of `subscriber` to `pattern`; answers whether there was one. */
  unsubscribe<Pattern extends EventPattern<Events>>(
    pattern: Pattern,
    subscriber: Subscriber<PayloadOf<Events, Pattern>>,
  ): boolean {
    const found = [...this.#subscriptions].filter(
      (it) => it.pattern === pattern && it.subscriber === subscriber,
    );
    for (const subscription of found) this.#subscriptions.delete(subscription);
    return found.length > 0;
  }

  /** Never rejects: a failed subscriber is an entry of `errors`. */
  async publish<Name extends keyof Events & string>(
    name: Name,
    payload: Events[Name],
  ): Promise<PublishResult> {
    const matching = [...this.#subscriptions].filter((subscription) => matches(subscription.pattern, name));
    for (const subscription of matching) if (subscription.once) this.#subscriptions.delete(subscription);
    const settled = await Promise.allSettled(
      matching.map(async ({ subscriber }) => await (subscriber as Subscriber<Events[Name]>)(payload, name)),
    );
    return {
      results: settled.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : [])),
      errors: settled.flatMap((it) => (it.status === 'rejected' ? [toError(it.reason)] : [])),
    };
  }

  /** How many subscriptions there are; a leak check for tests. */
  get size(): number {
    return this.#subscriptions.size;
  }

  #add(pattern: string, subscriber: Subscriber<never>, once: boolean): () => void {
    const subscription = { pattern, subscriber, once };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }
}

function matches(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  if (!pattern.endsWith('.*')) return false;
  const family = pattern.slice(0, -2);
  return name === family || name.startsWith(`${family}.`);
}
