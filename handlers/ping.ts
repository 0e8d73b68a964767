import { pingEvent } from '../src/events/payloads.ts';
import { type Handler, nothing } from './handler.ts';

/** `ping`: GitHub's first delivery to a new webhook. */
export const pingHandler: Handler<typeof pingEvent> = {
  name: 'ping',
  schema: pingEvent,
  decide: () => nothing('pong'),
};
