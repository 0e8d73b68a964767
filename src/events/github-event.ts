import type { JsonObject } from '../messages/json.ts';

/** One verified delivery on its way to the handlers, published as `<name>.<action>`, or `<name>` without an action. */
export interface GitHubEvent<Payload = JsonObject> {
  readonly appId: string;
  /** The delivery's guid; becomes the correlation id. */
  readonly deliveryId: string;
  readonly name: string;
  readonly action: string | null;
  readonly payload: Payload;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Replays and recovered deliveries are worked on after live ones. */
  readonly source: 'webhook' | 'recovery' | 'replay';
}

/** What a handler did with an event. Kept with the delivery. */
export interface HandlerReport {
  readonly handler: string;
  readonly sent: readonly { queue: string; id: string; type: string; result: 'queued' | 'coalesced' }[];
  /** Why these messages, or why none: a short stable code such as `no_installation`, `conclusion_success`. */
  readonly reason: string;
}
